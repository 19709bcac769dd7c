"""Bodies of the routes of budgets and quotas."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from domain.access_key.values import Budget
from entrypoints.http.bodies.access_keys import BudgetPeriod, KeyLimits
from entrypoints.http.bodies.resource_fields import BudgetUsd
from entrypoints.http.field_types import Body
from entrypoints.http.optional_fields import NULLABLE


class BudgetReplacement(Body):
    """USD that the organization may spend in each period; null, or nothing, for no budget."""

    usd: Annotated[BudgetUsd | None, NULLABLE] = None
    period: Annotated[BudgetPeriod | None, NULLABLE] = None

    @model_validator(mode="after")
    def _is_whole(self) -> BudgetReplacement:
        if (self.usd is None) != (self.period is None):
            raise PydanticCustomError("budget", "a budget has both usd and period")
        return self

    def budget(self) -> Budget | None:
        """Return the budget, or None for none."""
        if self.usd is None or self.period is None:
            return None
        return Budget(Decimal(format(self.usd.normalize(), "f")), self.period)


class QuotasReplacement(KeyLimits):
    """What an organization may do with models in a minute and at once. What is left out or null is not limited."""
