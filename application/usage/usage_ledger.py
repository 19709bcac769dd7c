"""What the models of an organization were used for, in figures: never a word of a prompt or an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal
    from uuid import UUID

Grouping = Literal["day", "model", "provider"]
OK = "ok"
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One call of a model.

    `outcome` is `ok`, `cancelled` (the client went away) or the category of the failure. `cost_usd` is none where
    it is not known; a call that the provider refused costs 0.
    """

    model_id: UUID
    provider_id: UUID
    provider_type: str
    provider_model_id: str
    outcome: str
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    latency_ms: float


class UsageLedger(Protocol):
    """Adds up the uses of the current caller's organization by model, day (UTC) and outcome."""

    def record(self, use: Use) -> None:
        """Take note of a use; never fails and never waits. It is in the reports about a second later.

        What a process has not written yet, at most about a second's worth, is lost when it is killed (SIGKILL, power).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFilter:
    """Which uses: from the first to the last day, both included (UTC)."""

    first: date
    last: date
    model_id: UUID | None = None
    provider_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSum:
    """Uses added up. `cost_usd` leaves out those of `unknown_cost_requests`; latencies are milliseconds.

    What names the group is set: the day, or the model with its provider, or the provider; nothing in a total.
    """

    requests: int
    succeeded: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    unknown_cost_requests: int
    latency_ms_total: float
    latency_ms_max: float
    outcomes: Mapping[str, int]
    day: date | None = None
    provider_id: UUID | None = None
    model_id: UUID | None = None
    provider_model_id: str | None = None

    @property
    def average_latency_ms(self) -> float | None:
        """The mean time of a call, none where there was none."""
        return self.latency_ms_total / self.requests if self.requests else None

    @property
    def longest_latency_ms(self) -> float | None:
        """The time of the slowest call, none where there was none."""
        return self.latency_ms_max if self.requests else None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """The groups (days in their order, else the dearest first) and the sum of all, also of groups beyond the limit."""

    groups: Sequence[UsageSum]
    total: UsageSum
    is_cut: bool


class UsageReports(Protocol):
    """Reads what was added up for the current caller's organization, removed models included."""

    async def read(self, filters: UsageFilter, grouping: Grouping, limit: int) -> UsageReport:
        """Return at most `limit` groups, and the total.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...

    async def latencies(self, since: date) -> Mapping[UUID, float]:
        """Return, by model, the mean time of a successful call in milliseconds, from this day on.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
