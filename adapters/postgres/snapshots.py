"""Snapshots of what providers offer, in their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from psycopg.sql import SQL
from psycopg.types.json import Json

from adapters.sql import statements
from application.policies.change_sets import Snapshot
from application.ports.snapshots import Failed, Held, Standing, Standings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from adapters.postgres.tenant import Tenant

_SQL: Final = {name: SQL(text).format() for name, text in statements("adapters.postgres", "snapshots.sql").items()}


class PostgresSnapshots:
    """Fulfils `application.ports.snapshots.Snapshots`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def standings(self) -> Standings:
        return await self._standings("standings", {})

    async def standing(self, provider_id: UUID) -> Standings:
        return await self._standings("standing", {"provider_id": provider_id})

    async def _standings(self, name: str, parameters: Mapping[str, Any]) -> Standings:
        # The sequence comes first: what is newer than it says is read again, what is older would be kept.
        sequence, rows = await self._tenant.results((_SQL["sequence"], {}), (_SQL[name], parameters))
        return Standings(org_sequence=sequence[0][0] if sequence else 0, providers=[_standing(row) for row in rows])

    async def load(self, provider_id: UUID) -> Snapshot | None:
        rows = await self._tenant.rows(_SQL["load"], {"provider_id": provider_id})
        if not rows:
            return None
        endpoint, basis, fetched_at, *documents = rows[0]
        offered, missing, changes = map(orjson.loads, documents)
        return Snapshot(
            endpoint=endpoint,
            basis=basis,
            fetched_at=fetched_at.isoformat(),
            offered=offered,
            missing=missing,
            changes=changes,
        )

    async def keep(self, provider_id: UUID, snapshot: Snapshot) -> bool:
        place = {"provider_id": provider_id, "fetched_at": snapshot.fetched_at}
        parameters = {
            "endpoint": snapshot.endpoint,
            "basis": snapshot.basis,
            "offered": _json(snapshot.offered),
            "missing": _json(snapshot.missing),
            "changes": _json(snapshot.changes),
        }
        kept, _ = await self._tenant.results((_SQL["keep"], place | parameters), (_SQL["recovered"], place))
        return bool(kept)

    async def lease(self, provider_id: UUID, holder: UUID, seconds: float) -> datetime | None:
        parameters = {"provider_id": provider_id, "holder": holder, "seconds": seconds}
        rows = await self._tenant.rows(_SQL["lease"], parameters)
        moment: datetime | None = rows[0][0] if rows else None
        return moment

    async def release(self, provider_id: UUID, holder: UUID) -> None:
        await self._tenant.rows(_SQL["release"], {"provider_id": provider_id, "holder": holder})

    async def fail(
        self, provider_id: UUID, holder: UUID, *, basis: str, failure: Mapping[str, Any], quiet_seconds: float
    ) -> None:
        parameters = {
            "provider_id": provider_id,
            "holder": holder,
            "basis": basis,
            "failure": _json(failure),
            "quiet_seconds": quiet_seconds,
        }
        await self._tenant.rows(_SQL["fail"], parameters)


def _standing(row: tuple[Any, ...]) -> Standing:
    provider_id, provider_type, endpoint, basis, held_basis, fetched_at, age, *failed = row
    failed_basis, failed_at, is_recent, failure = failed
    return Standing(
        provider_id=provider_id,
        provider_type=provider_type,
        endpoint=endpoint,
        basis=basis,
        held=None if fetched_at is None else Held(basis=held_basis, fetched_at=fetched_at, age=age),
        failed=None
        if failed_at is None
        else Failed(basis=failed_basis, failed_at=failed_at, is_recent=is_recent, failure=orjson.loads(failure)),
    )


def _json(document: Mapping[str, Any]) -> Json:
    return Json(dict(document), dumps=orjson.dumps)
