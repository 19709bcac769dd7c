"""Checks of providers in memory."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from application.caller import current_caller
from application.errors import ProviderNotFound
from application.health.health_checks import HealthState, Seen, Streak
from application.ports.provider_gateway import HealthStatus

_KEPT = 100
Place = tuple["UUID", "UUID"]


class FakeHealthChecks:
    """Keeps what the Postgres adapter keeps; the status and its time are what a test says they are."""

    def __init__(self) -> None:
        self._streaks: dict[Place, Streak] = defaultdict(Streak)
        self._checks: dict[Place, list[tuple[datetime, Mapping[str, Any]]]] = defaultdict(list)
        self._statuses: dict[Place, tuple[HealthStatus, datetime]] = {}

    def know(self, organization_id: UUID, provider_id: UUID, status: HealthStatus, since: datetime) -> None:
        """Have the organization have this provider, with a status."""
        self._statuses[organization_id, provider_id] = (status, since)

    async def record(
        self, provider_id: UUID, checked_at: datetime, report: Mapping[str, Any], seen: Seen | None
    ) -> Streak:
        place = (current_caller().organization_id, provider_id)
        self._checks[place] = sorted([*self._checks[place], (checked_at, dict(report))], key=lambda check: check[0])
        self._checks[place] = self._checks[place][-_KEPT:]
        self._streaks[place] = continued(self._streaks[place], seen)
        return self._streaks[place]

    async def recent(self, provider_id: UUID, limit: int) -> Sequence[Mapping[str, Any]]:
        checks = self._checks[current_caller().organization_id, provider_id]
        return [report for _, report in reversed(checks)][:limit]

    async def state(self, provider_id: UUID) -> HealthState:
        place = (current_caller().organization_id, provider_id)
        if place not in self._statuses:
            raise ProviderNotFound
        status, since = self._statuses[place]
        last = self._checks[place][-1][0] if self._checks[place] else None
        return HealthState(
            status=status, since=since, streak=self._streaks[place], last_check_at=last, next_check_at=None
        )


def continued(streak: Streak, seen: Seen | None) -> Streak:
    """Return the streak with one more check in it."""
    if seen is None:
        return streak
    repeats = streak.repeats + 1 if seen == streak.seen else 1
    after = replace(streak, seen=seen, repeats=repeats)
    if seen == "unhealthy":
        return replace(after, failures=streak.failures + 1, successes=0)
    return replace(after, failures=0, successes=streak.successes + 1)
