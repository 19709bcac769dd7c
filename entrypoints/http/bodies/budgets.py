"""Bodies of the routes of budgets and quotas."""

from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from application.bounds.quotas import QUOTAS, in_words
from domain.budget import Budget
from domain.organization.values import LARGEST_QUOTA
from entrypoints.http.bodies.access_keys import BudgetPeriod
from entrypoints.http.bodies.resource_fields import BudgetUsd
from entrypoints.http.field_types import Body
from entrypoints.http.optional_fields import NULLABLE


class BudgetReplacement(Body):
    """USD that the organization may spend in each period; null, or nothing, for no budget."""

    usd: Annotated[BudgetUsd | None, NULLABLE] = None
    period: Annotated[BudgetPeriod | None, NULLABLE] = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.usd is None) != (self.period is None):
            raise PydanticCustomError("budget", "a budget has both usd and period")
        return self

    def budget(self) -> Budget | None:
        """Return the budget, or None for none."""
        if self.usd is None or self.period is None:
            return None
        return Budget(Decimal(format(self.usd.normalize(), "f")), self.period)


_QUOTAS: Final[dict[str, Any]] = {
    name: (Annotated[int | None, NULLABLE, Field(ge=0, le=LARGEST_QUOTA, description=in_words(kind))], None)
    for name, kind in QUOTAS.items()
}

QuotasReplacement: Final = create_model(
    "QuotasReplacement",
    __base__=Body,
    __doc__="What an organization may have and do. Left out or null: as the installation has it; 0: no limit.",
    **_QUOTAS,
)
