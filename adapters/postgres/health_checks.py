"""The results of provider health checks, in Postgres."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from psycopg.types.json import Jsonb

from adapters.postgres.tenant_statements import Tenant
from adapters.sql import composed_statements
from application.errors import ProviderNotFound
from application.health.health_checks import HealthState, Seen, Streak

_SQL: Final = composed_statements("adapters.postgres", "health_checks.sql")
# The clocks of two hosts differ by less: a check that is dated further ahead of another was dated by a wrong clock.
_SKEW: Final = timedelta(seconds=10)
_TOPICS: Final = [
    "provider.registered",
    "provider.health-changed",
    # What has changed is not known yet: these take the status back.
    "provider.endpoint-changed",
    "provider.credential-replaced",
    "provider.credential-removed",
    "provider.extra-headers-changed",
]


class PostgresHealthChecks:
    """Implements `application.health.health_checks.HealthChecks`; an interval of 0 turns automatic checks off."""

    def __init__(self, tenant: Tenant, interval_seconds: float) -> None:
        self._tenant = tenant
        self._interval_seconds = interval_seconds

    async def record(
        self, provider_id: UUID, checked_at: datetime, report: Mapping[str, Any], seen: Seen | None
    ) -> Streak:
        of_provider = {"provider_id": provider_id, "checked_at": checked_at}
        _, streak, _ = await self._tenant.results(
            (_SQL["keep_check"], {**of_provider, "check_id": uuid4(), "report": Jsonb(report, dumps=orjson.dumps)}),
            (_SQL["note_check"], {**of_provider, "impossible_after": checked_at + _SKEW, "seen": seen}),
            (_SQL["forget_checks"], of_provider),
        )
        if not streak:
            # The organization was removed with all that it had.
            raise ProviderNotFound
        return _streak(*streak[0])

    async def recent(self, provider_id: UUID, limit: int) -> Sequence[Mapping[str, Any]]:
        rows = await self._tenant.rows(_SQL["recent_checks"], {"provider_id": provider_id, "limit": limit})
        return [row[0] for row in rows]

    async def state(self, provider_id: UUID) -> HealthState:
        parameters = {"provider_id": provider_id, "interval": self._interval_seconds, "topics": _TOPICS}
        rows = await self._tenant.rows(_SQL["state"], parameters)
        if not rows:
            raise ProviderNotFound
        status, since, *streak, last_check_at, next_check_at = rows[0]
        return HealthState(
            status=status,
            since=since,
            streak=_streak(*streak),
            last_check_at=last_check_at,
            next_check_at=next_check_at,
        )


def _streak(failures: int, successes: int, seen: Seen | None, repeats: int) -> Streak:
    return Streak(failures=failures, successes=successes, seen=seen, repeats=repeats)
