"""Schemas of answers about budgets and quotas."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field, create_model

from application.bounds.quotas import QUOTAS, in_words
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
    """A quota with what is used of it; null: no limit, or not known. It is free again in so many seconds."""

    limit: int | None
    used: int | None
    resets_after_seconds: int | None


_USES: Final[dict[str, Any]] = {
    name: Annotated[Quota, Field(description=in_words(kind))] for name, kind in QUOTAS.items()
}
_ALWAYS_THERE: Final = ("requestsPerMinute", "tokensPerMinute", "concurrent")
_AMOUNTS: Final[dict[str, Any]] = {
    name: (Annotated[int | None, Field(description=in_words(kind))], ... if name in _ALWAYS_THERE else None)
    for name, kind in QUOTAS.items()
}

Quotas: Final = create_model(
    "Quotas", __base__=ResponseModel, __doc__="The quotas of an organization, and their use.", **_USES
)
OrganizationQuotas: Final = create_model(
    "OrganizationQuotas",
    __base__=ResponseModel,
    __doc__="The quotas of an organization's own: null, or not there, where it has the installation's; 0: no limit.",
    **_AMOUNTS,
)


def own_quotas(quotas: Mapping[str, int]) -> ResponseModel:
    """Return the answer about the quotas of an organization's own."""
    return OrganizationQuotas.model_validate({**dict.fromkeys(_ALWAYS_THERE), **quotas})
