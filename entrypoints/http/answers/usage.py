"""Schemas of usage reports."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from entrypoints.http.answers.response_model import Amount, Hundredths, ResponseModel


class UsageTotals(ResponseModel):
    """Calls added up. `costUsd` leaves out those of `unknownCostRequests`; times are of all calls."""

    requests: int
    succeeded: int
    outcomes: dict[str, int]
    input_tokens: int
    output_tokens: int
    cost_usd: Amount
    unknown_cost_requests: int
    average_latency_ms: Hundredths | None
    longest_latency_ms: Hundredths | None


class UsageGroup(UsageTotals):
    """Calls of a day, a model or a provider; what does not name the group is null."""

    day: date | None
    provider_id: UUID | None
    model_id: UUID | None
    provider_model_id: str | None


class UsageReport(ResponseModel):
    """What models were used for. `isCut` tells that there are more groups than are listed."""

    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    group_by: Literal["day", "model", "provider"]
    data: list[UsageGroup]
    totals: UsageTotals
    is_cut: bool
