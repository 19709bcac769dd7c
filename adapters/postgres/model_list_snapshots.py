"""Snapshots of providers' model lists, in Postgres."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import inf
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg.types.json import Json

from adapters.postgres.tenant_statements import Tenant
from adapters.sql import composed_statements
from application.discovery.model_list_snapshots import FailedQuery, HeldSnapshot, ModelListState, ModelListStates
from application.discovery.offer_changes import Snapshot
from application.ports.clock import Clock

# The clocks of two hosts differ by less. What is dated further ahead was dated by a clock that was set back since, and
# counts as old: nobody waits until that time comes.
_SKEW: Final = timedelta(seconds=10)
_SQL: Final = composed_statements("adapters.postgres", "model_list_snapshots.sql")


class PostgresSnapshots:
    """Implements `application.discovery.model_list_snapshots.Snapshots`."""

    def __init__(self, tenant: Tenant, clock: Clock) -> None:
        self._tenant = tenant
        self._clock = clock

    async def states(self) -> ModelListStates:
        return await self._states("states", {})

    async def state(self, provider_id: UUID) -> ModelListStates:
        return await self._states("state", {"provider_id": provider_id})

    async def _states(self, name: str, parameters: Mapping[str, Any]) -> ModelListStates:
        # The sequence comes first: what is newer than that is read again, what is older would be kept.
        sequence, rows = await self._tenant.results((_SQL["sequence"], {}), (_SQL[name], parameters))
        now = self._clock.now()
        return ModelListStates(
            org_sequence=sequence[0][0] if sequence else 0, providers=[_state(row, now) for row in rows]
        )

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
        parameters["impossible_after"] = self._clock.now() + _SKEW
        kept, _ = await self._tenant.results((_SQL["keep"], place | parameters), (_SQL["recovered"], place))
        return bool(kept)

    async def lease(self, provider_id: UUID, holder: UUID, seconds: float) -> datetime | None:
        now, length = self._clock.now(), timedelta(seconds=seconds)
        parameters = {
            "provider_id": provider_id,
            "holder": holder,
            "now": now,
            "leased_until": now + length,
            "impossible_after": now + length + _SKEW,
        }
        return now if await self._tenant.rows(_SQL["lease"], parameters) else None

    async def release(self, provider_id: UUID, holder: UUID) -> None:
        await self._tenant.rows(_SQL["release"], {"provider_id": provider_id, "holder": holder})

    async def fail(
        self, provider_id: UUID, holder: UUID, *, basis: str, failure: Mapping[str, Any], quiet_seconds: float
    ) -> None:
        now = self._clock.now()
        parameters = {
            "provider_id": provider_id,
            "holder": holder,
            "basis": basis,
            "failure": _json(failure),
            "now": now,
            "quiet_until": now + timedelta(seconds=quiet_seconds),
        }
        await self._tenant.rows(_SQL["fail"], parameters)


def _state(row: tuple[Any, ...], now: datetime) -> ModelListState:
    provider_id, provider_type, endpoint, basis, held_basis, fetched_at, *failed = row
    failed_basis, failed_at, quiet_until, failure = failed
    return ModelListState(
        provider_id=provider_id,
        provider_type=provider_type,
        endpoint=endpoint,
        basis=basis,
        held=None
        if fetched_at is None
        else HeldSnapshot(basis=held_basis, fetched_at=fetched_at, age=_age(fetched_at, now)),
        failed=None
        if failed_at is None
        else FailedQuery(
            basis=failed_basis,
            failed_at=failed_at,
            is_recent=failed_at - _SKEW < now < quiet_until,
            failure=orjson.loads(failure),
        ),
    )


def _age(fetched_at: datetime, now: datetime) -> float:
    return (now - fetched_at).total_seconds() if fetched_at - _SKEW < now else inf


def _json(document: Mapping[str, Any]) -> Json:
    return Json(dict(document), dumps=orjson.dumps)
