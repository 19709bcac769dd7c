"""What the models of an organization were used for, in figures: never a word of a prompt or an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal, Protocol
from uuid import UUID

from application.prompts.completion import NOT_COUNTED, TokenUsage

OK: Final = "ok"
CANCELLED: Final = "cancelled"
COUNTING: Final = "count_tokens"

TOKEN_KINDS: Final = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "audio_input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "audio_output_tokens",
)
"""The kinds of tokens that are logged and added up, as `TokenUsage` calls them; those of the cache and audio are part
of input and output, reasoning is part of the output."""

Operation = Literal["prompt", "embedding", "count_tokens"]
"""What a client wanted of a model. Counting tokens uses nothing, and is not a part of usage."""

Dimension = Literal["model", "provider", "key", "actor", "day", "hour"]
"""What usage is grouped by, besides labels."""


@dataclass(slots=True, kw_only=True)
class ModelCall:
    """One call of a model, or why there was none (`was_called` is false, and nothing was used).

    `outcome` is `ok`, `cancelled` (the client disconnected) or the category of the failure. `cost_usd` is none where
    it is not known, for the reason `cost_unknown`; a call that the provider refused costs 0.
    """

    model_id: UUID
    provider_id: UUID
    provider_type: str
    provider_model_id: str
    outcome: str
    latency_ms: float
    tokens: TokenUsage = NOT_COUNTED
    cost_usd: Decimal | None = None
    cost_unknown: str | None = None
    http_status: int | None = None
    upstream_request_id: str | None = None
    was_called: bool = True

    @property
    def input_tokens(self) -> int:
        """What was read, 0 where the provider did not report it."""
        return self.tokens.input_tokens or 0

    @property
    def output_tokens(self) -> int:
        """What was written, 0 where the provider did not report it."""
        return self.tokens.output_tokens or 0


@dataclass(slots=True, kw_only=True)
class RequestRecord:
    """One call of a client in figures and ids: never a word of a prompt or an answer. Times in milliseconds.

    `door` is the path that the client requested, `model_asked` the name or id that it gave (none: it described a need).
    `outcome` is `ok`, `cancelled`, the category of the failure, or the code of the error that came before any call.
    `first_byte_ms` is the time until the first words of a stream. `ignored_fields` were left out.
    """

    door: str
    operation: Operation
    model_asked: str | None
    is_streamed: bool
    outcome: str
    uses: tuple[ModelCall, ...]
    duration_ms: float
    first_byte_ms: float | None = None
    ignored_fields: tuple[str, ...] = ()

    @property
    def last(self) -> ModelCall | None:
        """The call that the outcome is that of, none where no model was tried."""
        return self.uses[-1] if self.uses else None

    @property
    def counted(self) -> tuple[ModelCall, ...]:
        """The calls that are a part of usage."""
        return () if self.operation == COUNTING else tuple([use for use in self.uses if use.was_called])


class UsageLedger(Protocol):
    """Logs the calls of the current caller's organization, and adds up what they used: both or neither."""

    def record(self, request: RequestRecord) -> None:
        """Take note of a call that has ended; never fails and never waits. It can be read at most a second later.

        What a process has not written yet, at most a second's worth, is lost when it is killed (SIGKILL, power).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFilter:
    """Which uses: from the first to the last day, both included (UTC); `label` is a label's name and its value."""

    first: date
    last: date
    model_id: UUID | None = None
    provider_id: UUID | None = None
    access_key_id: UUID | None = None
    actor: str | None = None
    label: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """What the uses are grouped by, any number of dimensions at once; of days and hours the finer one counts."""

    dimensions: frozenset[Dimension] = frozenset({"day"})
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSum:
    """Uses added up. `cost_usd` leaves out those of `unknown_cost_requests`; latencies are milliseconds.

    What names the group is set: the day or hour, the model with its provider, the provider, the key, the actor, the
    labels; nothing in a total. Tokens that a provider did not count are 0.
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
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    audio_input_tokens: int = 0
    reasoning_tokens: int = 0
    audio_output_tokens: int = 0
    day: date | None = None
    hour: datetime | None = None
    provider_id: UUID | None = None
    model_id: UUID | None = None
    provider_model_id: str | None = None
    access_key_id: UUID | None = None
    actor: str | None = None
    labels: Mapping[str, str | None] | None = None

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
    """The groups (days and hours in their order, then the dearest first) and the sum of all, also beyond the limit."""

    groups: Sequence[UsageSum]
    total: UsageSum
    is_cut: bool


class UsageReports(Protocol):
    """Reads what was added up for the current caller's organization, removed models included.

    Each method raises `Unavailable` where the database cannot be reached.
    """

    async def read(self, filters: UsageFilter, grouping: Grouping, limit: int) -> UsageReport:
        """Return at most `limit` groups, and the total."""
        ...

    async def latencies(self, since: date) -> Mapping[UUID, float]:
        """Return, by model, the mean time of a successful call in milliseconds, from this day on."""
        ...
