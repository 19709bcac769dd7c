"""Schemas of usage reports."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from entrypoints.http.answers.response_model import Amount, Hundredths, ResponseModel


class UsageTotals(ResponseModel):
    """Calls added up. `costUsd` leaves out those of `unknownCostRequests`; times are of all calls.

    What was read from the cache and written to it, and audio, is part of the input; reasoning and audio of the output.
    """

    requests: int
    succeeded: int
    outcomes: dict[str, int]
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    audio_input_tokens: int
    reasoning_tokens: int
    audio_output_tokens: int
    cost_usd: Amount
    unknown_cost_requests: int
    average_latency_ms: Hundredths | None
    longest_latency_ms: Hundredths | None


class UsageGroup(UsageTotals):
    """Calls of a group; what does not name it is null, and so are the key and the label of calls without one."""

    day: date | None
    hour: datetime | None
    provider_id: UUID | None
    model_id: UUID | None
    provider_model_id: str | None
    access_key_id: UUID | None
    actor: str | None
    labels: dict[str, str | None] | None


class UsageReport(ResponseModel):
    """What models were used for. `isCut` means that there are more groups than are listed."""

    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    group_by: str
    data: list[UsageGroup]
    totals: UsageTotals
    is_cut: bool
