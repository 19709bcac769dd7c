"""Access keys in Postgres: what the contract says, and what is kept beside the log."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest

from adapters.event_store.ledger import Ledger
from adapters.event_store.repositories import EventSourcedAccessKeys, EventSourcedModels, EventSourcedProviders
from adapters.postgres.access_keys import PostgresKeySecrets, PostgresKeyUses, PostgresStoredKeys
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.registered_models import PostgresRegisteredModels
from adapters.postgres.tenant_statements import Tenant
from application.access_keys.access_keys import SecretDigest
from domain.access_key.aggregate import AccessKey
from tests.builders import NOW, acting, an_access_key
from tests.contract.access_keys_contract import AccessKeysContract
from tests.databases import Connection, Database
from tests.fakes.clock import FakeClock


@dataclass(frozen=True, slots=True)
class PostgresStores:
    """Everything on one database."""

    tenant: Tenant
    keys: EventSourcedAccessKeys
    secrets: PostgresKeySecrets
    providers: EventSourcedProviders
    models: EventSourcedModels
    directory: PostgresRegisteredModels


@pytest.fixture
async def subject(database: Database, ledger: Ledger) -> AsyncIterator[PostgresStores]:
    async with reading_pool(database.app_url) as pool:
        tenant = Tenant(pool)
        yield PostgresStores(
            tenant=tenant,
            keys=EventSourcedAccessKeys(ledger),
            secrets=PostgresKeySecrets(tenant),
            providers=EventSourcedProviders(ledger),
            models=EventSourcedModels(ledger),
            directory=PostgresRegisteredModels(tenant),
        )


class TestPostgresAccessKeys(AccessKeysContract):
    """On the event log and the tables."""


async def _saved(subject: PostgresStores, key: AccessKey, digest: bytes, organization_id: object) -> None:
    with acting(organization_id):  # type: ignore[arg-type]
        await subject.keys.save(key, secret=SecretDigest(key_id=key.id, version=key.secret_version, digest=digest))


async def test_a_request_reads_the_secrets_that_the_log_speaks_of(subject: PostgresStores, owner: Connection) -> None:
    organization_id, key = uuid4(), an_access_key(labels={"team": "search"})
    until = NOW + timedelta(hours=1)
    await _saved(subject, key, b"one", organization_id)
    key.rotate("…b", previous_valid_until=until)
    await _saved(subject, key, b"two", organization_id)
    key.rotate("…c", previous_valid_until=until)
    await _saved(subject, key, b"three", organization_id)
    stored_keys = PostgresStoredKeys(subject.tenant)
    sequence, held = await stored_keys.read(organization_id, key.id)
    assert held is not None
    assert (sequence, await stored_keys.sequence(organization_id)) == (3, 3)
    assert {(each.digest, each.valid_until) for each in held.secrets} == {(b"three", None), (b"two", until)}
    stored = owner.execute("SELECT version FROM access_key_secrets ORDER BY 1").fetchall()
    assert stored == [(2,), (3,)]
    key.rotate("…d", previous_valid_until=None)
    await _saved(subject, key, b"four", organization_id)
    _, held = await stored_keys.read(organization_id, key.id)
    assert held is not None
    assert [each.digest for each in held.secrets] == [b"four"]
    assert await stored_keys.read(uuid4(), key.id) == (0, None)


async def test_uses_are_kept_to_the_minute(subject: PostgresStores, owner: Connection) -> None:
    organization_id, key, gone = uuid4(), an_access_key(), uuid4()
    await _saved(subject, key, b"one", organization_id)
    clock = FakeClock(NOW)
    uses = PostgresKeyUses(subject.tenant, clock, flush_seconds=3600)
    for seconds in (0, 30, 59):
        clock.time = NOW + timedelta(seconds=seconds)
        uses.note(organization_id, key.id)
    uses.note(organization_id, gone)
    await uses.flush()
    # What was revoked meanwhile leaves nothing behind.
    assert owner.execute("SELECT key_id, last_used_at FROM access_key_uses").fetchall() == [(key.id, NOW)]
    clock.time = NOW + timedelta(seconds=60)
    uses.note(organization_id, key.id)
    await uses.start()
    await uses.close()
    assert owner.execute("SELECT last_used_at FROM access_key_uses").fetchall() == [(clock.time,)]
