"""Checks of providers in their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from adapters.sql import statements
from application.ports.health_checks import Streak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from adapters.postgres.tenant import Tenant

_SQL: Final = {name: SQL(text).format() for name, text in statements("adapters.postgres", "checks.sql").items()}


class PostgresHealthChecks:
    """Fulfils `application.ports.health_checks.HealthChecks`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def record(
        self, provider_id: UUID, checked_at: datetime, report: Mapping[str, Any], *, failed: bool
    ) -> Streak:
        of_provider = {"provider_id": provider_id}
        _, streak, _ = await self._tenant.results(
            (_SQL["keep_check"], {**of_provider, "checked_at": checked_at, "report": Jsonb(dict(report))}),
            (_SQL["note_check"], {**of_provider, "checked_at": checked_at, "failed": int(failed)}),
            (_SQL["forget_checks"], of_provider),
        )
        return Streak(failures=streak[0][0], successes=streak[0][1])

    async def recent(self, provider_id: UUID, limit: int) -> Sequence[Mapping[str, Any]]:
        rows = await self._tenant.rows(_SQL["recent_checks"], {"provider_id": provider_id, "limit": limit})
        return [row[0] for row in rows]
