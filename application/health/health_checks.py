"""Evidence of how providers were found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from application.ports.provider_gateway import HealthStatus, TestReport

Seen = Literal["healthy", "degraded", "unhealthy"]
"""What a check is sure of; a check that says nothing about the provider has seen none of them."""


_OF_THE_OUTCOME: Final = (
    "authenticated",
    "category",
    "message",
    "hint",
    "http_status",
    "upstream_request_id",
    "rate_limit",
    "model_count",
    "timings",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """How many checks in a row failed, or did not (one of the two is 0), and how many of the last were equal.

    Checks that were sure of nothing neither count nor interrupt.
    """

    failures: int = 0
    successes: int = 0
    seen: Seen | None = None
    repeats: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthState:
    """A provider's status, since when it has it, and when it was and will be checked; none: never, or not by itself."""

    status: HealthStatus
    since: datetime
    streak: Streak
    last_check_at: datetime | None
    next_check_at: datetime | None


class HealthChecks(Protocol):
    """Keeps the newest hundred checks of each provider of the current caller's organization. Not part of the log."""

    async def record(
        self, provider_id: UUID, checked_at: datetime, report: Mapping[str, Any], seen: Seen | None
    ) -> Streak:
        """Keep a check, the fields of its report by name, and return the streak it continues, begins or leaves alone.

        Raises:
            ProviderNotFound: the organization was removed meanwhile, and nothing is kept of it.
        """
        ...

    async def recent(self, provider_id: UUID, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return the reports of the newest checks, newest first; times in them are text."""
        ...

    async def state(self, provider_id: UUID) -> HealthState:
        """Return the provider's status.

        Raises:
            ProviderNotFound: the organization has no such provider.
        """
        ...


def report_fields(report: TestReport) -> dict[str, Any]:
    """Return the fields of the report, and those of its outcome that hold no word of the provider's own."""
    fields = asdict(report)
    outcome = fields.pop("outcome")
    return fields | {name: outcome[name] for name in _OF_THE_OUTCOME}
