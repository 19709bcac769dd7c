"""Schemas of answers about budgets and quotas."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from entrypoints.http.answers.access_keys import Limits
from entrypoints.http.answers.response_model import Amount, ResponseModel
from entrypoints.http.bodies.access_keys import BudgetPeriod


class OrganizationBudget(ResponseModel):
    """The organization's own budget in USD, with what was spent of it in this period; null where there is none.

    `resetsAt` is when the next period begins; null: never.
    """

    usd: Amount | None
    period: BudgetPeriod | None
    spent_usd: Annotated[Amount | None, Field(description="What was spent is here a second or two later.")]
    resets_at: datetime | None


class Quota(ResponseModel):
    """A limit with what is used of it; null: as much as you like. It is free again in so many seconds."""

    limit: int | None
    used: int | None
    resets_after_seconds: int | None


class Quotas(ResponseModel):
    """The organization's own limits on what it does with models, and their use."""

    requests_per_minute: Quota
    tokens_per_minute: Quota
    concurrent: Quota


OrganizationLimits = Limits
