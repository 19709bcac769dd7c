"""The request log: one entry for each call of a client, in figures and ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from application.prompts.completion import NOT_COUNTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from application.prompts.completion import TokenUsage


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """A call of a client, as `usage_ledger.RequestRecord` has it, with who made it and when it ended.

    The model is the one that answered or was tried last. `tokens` and `cost_usd` are those of all attempts; the cost is
    none where that of the last one is not known. Each of `attempts` has its own.
    """

    id: UUID
    ended_at: datetime
    request_id: str
    actor: str
    access_key_id: UUID | None
    labels: Mapping[str, str]
    door: str
    operation: str
    is_streamed: bool
    model_asked: str | None
    model_id: UUID | None
    provider_id: UUID | None
    provider_type: str | None
    provider_model_id: str | None
    outcome: str
    attempts: Sequence[Mapping[str, Any]]
    attempt_count: int
    cost_usd: Decimal | None
    cost_unknown: str | None
    first_byte_ms: float | None
    duration_ms: float
    upstream_request_id: str | None
    ignored_fields: Sequence[str]
    tokens: TokenUsage = NOT_COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """Which calls: those that ended at `since` or later and before `until`.

    `model` is a registered model's id, its provider's name for it, or the text that was requested; `label` a label's
    name and its value; `request_id` ours or the provider's.
    """

    since: datetime | None = None
    until: datetime | None = None
    model: str | None = None
    provider_id: UUID | None = None
    access_key_id: UUID | None = None
    actor: str | None = None
    outcome: str | None = None
    label: tuple[str, str] | None = None
    request_id: str | None = None


class RequestLog(Protocol):
    """Reads the request log of the current caller's organization."""

    async def newest(
        self, filters: RequestFilter, limit: int, before: tuple[datetime, UUID] | None
    ) -> Sequence[LoggedRequest]:
        """Return at most so many calls, the newest first, older than the one with this end and id.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...

    async def count(self, filters: RequestFilter, *, most: int | None = None) -> int:
        """Return how many calls match, counting no further than `most`.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
