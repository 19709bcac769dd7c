"""Access keys, in Postgres: for requests that bring one, for lists, and when they were used last."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.postgres.keyset_pages import Conditions
from adapters.postgres.list_filters import access_key_conditions
from adapters.postgres.resource_documents import PostgresDocuments
from adapters.postgres.tenant_statements import Tenant
from adapters.sql import composed_statements
from application.access_keys.access_keys import AccessKeyFilter, SecretDigest
from application.access_keys.stored_key import StoredKey, StoredSecret
from application.caller import Caller, acting_as
from application.errors import AccessKeyNotFound, Unavailable
from application.ports.clock import Clock
from application.repeat import Repeated
from domain.access_key.values import Limits
from domain.budget import Budget

_SQL: Final = composed_statements("adapters.postgres", "access_keys.sql")
_ACTOR: Final = "access-keys"
_FLUSH_SECONDS: Final = 15.0
_NOTED_EVERY_SECONDS: Final = 60.0
_MOST_NOTED: Final = 10_000

_log = logging.getLogger(__name__)


class PostgresStoredKeys:
    """Implements `application.access_keys.access_keys.StoredKeys`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def read(self, organization_id: UUID, key_id: UUID) -> tuple[int, StoredKey | None]:
        parameters = {"key_id": key_id}
        # The sequence comes first: what is newer than that is read again, what is older would be kept.
        with acting_as(Caller.of_service(organization_id, _ACTOR)):
            heads, keys, secrets = await self._tenant.results(
                (_SQL["sequence"], {}), (_SQL["stored_key"], parameters), (_SQL["stored_secrets"], parameters)
            )
        sequence = int(heads[0][0]) if heads else 0
        return sequence, _stored_key(organization_id, key_id, keys[0], secrets) if keys else None

    async def sequence(self, organization_id: UUID) -> int:
        with acting_as(Caller.of_service(organization_id, _ACTOR)):
            rows = await self._tenant.rows(_SQL["sequence"], {})
        return int(rows[0][0]) if rows else 0


class PostgresKeySecrets:
    """Implements `application.access_keys.access_keys.KeySecrets`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def holds(self, secret: SecretDigest) -> bool:
        parameters = {"key_id": secret.key_id, "version": secret.version, "digest": secret.digest}
        [[is_held]] = await self._tenant.rows(_SQL["is_held"], parameters)
        return bool(is_held)

    async def all_ids(self) -> Sequence[UUID]:
        return [row[0] for row in await self._tenant.rows(_SQL["all_keys"], {})]


class PostgresAccessKeyDocuments(PostgresDocuments[AccessKeyFilter]):
    """Implements `application.access_keys.access_keys.AccessKeyDocuments`."""

    kind = "key"
    not_found = AccessKeyNotFound

    def _conditions(self, filters: AccessKeyFilter) -> Conditions:
        return access_key_conditions(filters)


class PostgresKeyUses:
    """Implements `application.access_keys.access_keys.KeyUses`.

    Start and close it in the running loop, before the pool. Each process writes a key's use at most once a minute, some
    seconds after it; what a killed process has not written is lost.
    """

    def __init__(self, tenant: Tenant, clock: Clock, *, flush_seconds: float = _FLUSH_SECONDS) -> None:
        self._tenant = tenant
        self._clock = clock
        self._noted: dict[tuple[UUID, UUID], datetime] = {}
        self._pending: dict[UUID, dict[UUID, datetime]] = {}
        self._flushing = Repeated(flush_seconds, self.flush)

    def note(self, organization_id: UUID, key_id: UUID) -> None:
        now = self._clock.now()
        noted = self._noted.get((organization_id, key_id))
        if noted is not None and 0 <= (now - noted).total_seconds() < _NOTED_EVERY_SECONDS:
            return
        if len(self._noted) >= _MOST_NOTED:
            self._noted.clear()
        self._noted[organization_id, key_id] = now
        self._pending.setdefault(organization_id, {})[key_id] = now

    async def start(self) -> None:
        """Start writing every some seconds."""
        self._flushing.start()

    async def close(self) -> None:
        """Stop, and write what is not written yet."""
        await self._flushing.stop()
        await self.flush()

    async def flush(self) -> None:
        """Write the uses that were noted; they are lost where the database cannot be reached."""
        pending, self._pending = self._pending, {}
        for organization_id, uses in pending.items():
            parameters = {"key_ids": list(uses), "times": list(uses.values())}
            try:
                with acting_as(Caller.of_service(organization_id, _ACTOR)):
                    await self._tenant.rows(_SQL["note_uses"], parameters)
            except Unavailable:
                _log.warning("When access keys were used last cannot be written: the database cannot be reached.")
            except psycopg.Error as error:
                _log.error("When access keys were used last cannot be written (%s).", type(error).__name__)


def _stored_key(
    organization_id: UUID, key_id: UUID, row: tuple[Any, ...], secrets: Sequence[tuple[Any, ...]]
) -> StoredKey:
    scope, is_enabled, expires_at, version, previous_valid_until, labels = row[:6]
    requests_per_minute, tokens_per_minute, concurrent, budget_usd, budget_period, model_ids, provider_ids = row[6:]
    return StoredKey(
        id=key_id,
        organization_id=organization_id,
        scope=scope,
        is_enabled=is_enabled,
        expires_at=expires_at,
        secrets=[
            StoredSecret(digest, None if secret_version == version else previous_valid_until)
            for secret_version, digest in secrets
            if secret_version == version or previous_valid_until is not None
        ],
        labels=labels,
        limits=Limits(
            requests_per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute, concurrent=concurrent
        ),
        budget=None if budget_usd is None else Budget(budget_usd, budget_period),
        model_ids=_ids(model_ids),
        provider_ids=_ids(provider_ids),
    )


def _ids(texts: Sequence[str] | None) -> frozenset[UUID] | None:
    return None if texts is None else frozenset(map(UUID, texts))
