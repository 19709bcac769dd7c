"""States of the past are answered through any number of rebuilds, over connections that were there before."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import pytest

from adapters.event_store import aggregate_snapshots
from adapters.event_store.ledger import Ledger
from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.historical_documents import PostgresHistoricalDocuments
from adapters.postgres.tenant_statements import Tenant as TenantConnection
from adapters.projections.projections import PostgresProjections
from application.ports.resource_documents import ModelFilter, PageRequest, ProviderFilter
from application.queries.resource_as_of import AtRevision, AtTime, model_as_of, provider_as_of
from tests.builders import acting
from tests.databases import Connection, Database
from tests.integration.rebuilding.admin_use_cases import rebuilt
from tests.integration.rebuilding.conftest import Tenant
from tests.integration.rebuilding.test_a_new_column import MIGRATION


@dataclass
class Reader:
    """Somebody who requests states of the past."""

    tenant: Tenant
    connection: TenantConnection
    rows: Ledger

    async def read(self, as_of: datetime) -> Any:  # noqa: ANN401 - documents
        """Return a provider and a model at a revision and at a time, and the lists of both at that time."""
        log, past = PostgresAuditLog(self.connection), PostgresHistoricalDocuments(self.connection)
        provider_id, model_id = self.tenant.provider_ids[0], self.tenant.model_ids[0]
        with acting(self.tenant.organization_id):
            one = [
                await as_of_(id_, moment, log=log, rows=self.rows, past=past)
                for as_of_, id_ in ((provider_as_of, provider_id), (model_as_of, model_id))
                for moment in (AtRevision(1), AtTime(as_of))
            ]
            pages = [
                await past.providers(ProviderFilter(), PageRequest(limit=50), as_of),
                await past.models(ModelFilter(), PageRequest(limit=50), as_of),
            ]
        return [orjson.loads(each.json) for each in one], [
            orjson.loads(b"[%b]" % (page.joined or b"")) for page in pages
        ]


@pytest.fixture
async def reader(tenants: tuple[Tenant, Tenant], ledger: Ledger, database: Database) -> AsyncIterator[Reader]:
    async with reading_pool(database.app_url, size=1) as pool:
        yield Reader(tenants[0], TenantConnection(pool), ledger)


def now(owner: Connection) -> datetime:
    [(moment,)] = owner.execute("SELECT max(recorded_at) FROM events").fetchall()
    return moment  # type: ignore[no-any-return]


async def test_the_past_is_as_it_was_during_and_after_any_number_of_rebuilds(
    reader: Reader, projections: PostgresProjections, owner: Connection
) -> None:
    moment = now(owner)
    before = await reader.read(moment)
    assert [len(page) for page in before[1]] == [2, 3]
    for _ in range(3):
        owner.execute("UPDATE ai_models SET name = 'Wrong'; UPDATE ai_providers SET name_key = id::text")
        rebuilding = asyncio.create_task(rebuilt(projections))
        while not rebuilding.done():
            assert await reader.read(moment) == before
        await rebuilding
        assert await reader.read(moment) == before


async def test_a_new_column_changes_nothing_of_the_past(
    reader: Reader, projections: PostgresProjections, owner: Connection
) -> None:
    moment = now(owner)
    before = await reader.read(moment)
    owner.execute(MIGRATION)
    assert await reader.read(moment) == before
    await rebuilt(projections)
    assert await reader.read(moment) == before


async def test_a_rebuild_forgets_snapshots_and_a_wrong_one_with_them(
    reader: Reader,
    projections: PostgresProjections,
    owner: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aggregate_snapshots, "INTERVAL", 2)
    moment = now(owner)
    before = await reader.read(moment)
    [(taken,)] = owner.execute("SELECT count(*) FROM aggregate_snapshots").fetchall()
    assert taken > 0
    owner.execute("UPDATE aggregate_snapshots SET projected = convert_to('{}', 'UTF8')")
    await rebuilt(projections)
    assert owner.execute("SELECT count(*) FROM aggregate_snapshots").fetchall() == [(0,)]
    assert await reader.read(moment) == before
