"""Snapshots of what providers offer, in their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from adapters.sql import statements
from application.policies.change_sets import Snapshot

if TYPE_CHECKING:
    from uuid import UUID

    from adapters.postgres.tenant import Tenant

_SQL: Final = {name: SQL(text).format() for name, text in statements("adapters.postgres", "snapshots.sql").items()}


class PostgresSnapshots:
    """Fulfils `application.ports.snapshots.Snapshots`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def latest(self, provider_id: UUID) -> Snapshot | None:
        rows = await self._tenant.rows(_SQL["latest"], {"provider_id": provider_id})
        if not rows:
            return None
        basis, fetched_at, offered, missing, changes = rows[0]
        return Snapshot(
            basis=basis, fetched_at=fetched_at.isoformat(), offered=offered, missing=missing, changes=changes
        )

    async def keep(self, provider_id: UUID, snapshot: Snapshot) -> None:
        parameters = {
            "provider_id": provider_id,
            "basis": snapshot.basis,
            "fetched_at": snapshot.fetched_at,
            "offered": Jsonb(dict(snapshot.offered)),
            "missing": Jsonb(dict(snapshot.missing)),
            "changes": Jsonb(dict(snapshot.changes)),
        }
        await self._tenant.rows(_SQL["keep"], parameters)

    async def lease(self, provider_id: UUID, holder: UUID, seconds: float) -> bool:
        parameters = {"provider_id": provider_id, "holder": holder, "seconds": seconds}
        return bool(await self._tenant.rows(_SQL["lease"], parameters))

    async def release(self, provider_id: UUID, holder: UUID) -> None:
        await self._tenant.rows(_SQL["release"], {"provider_id": provider_id, "holder": holder})
