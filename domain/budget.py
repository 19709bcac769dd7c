"""Budgets of access keys and of organizations."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from domain.errors import InvalidValue

Period = Literal["day", "week", "month", "total"]

PERIODS: Final[tuple[Period, ...]] = ("day", "week", "month", "total")
"""How long a budget is for: a day, a week from Monday or a month of the UTC calendar, or for ever."""

LARGEST_BUDGET: Final = Decimal(1_000_000_000)
_BUDGET_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class Budget:
    """USD that may be spent in each period."""

    usd: Decimal
    period: Period

    def __post_init__(self) -> None:
        if not 0 < self.usd <= LARGEST_BUDGET or self.usd != round(self.usd, _BUDGET_DECIMALS):
            raise InvalidValue("budget", "A budget is more than 0 USD, at most 1,000,000,000, with at most 6 decimals.")
        if self.period not in PERIODS:
            raise InvalidValue("budget", f"The period of a budget is one of {', '.join(PERIODS)}.")


def budget_facts(budget: Budget | None) -> dict[str, Any]:
    """Return the budget as facts of an event."""
    if budget is None:
        return {"budget_usd": None, "budget_period": None}
    return {"budget_usd": budget.usd, "budget_period": budget.period}


class Budgeted:
    """The decisions of an aggregate that can have a budget; it applies them itself."""

    budget_usd: Decimal | None
    budget_period: str | None

    def change_budget(self, budget: Budget | None) -> None:
        """Replace or remove the budget; what was spent in the period counts. No event if it is unchanged."""
        facts = budget_facts(budget)
        if (facts["budget_usd"], facts["budget_period"]) != (self.budget_usd, self.budget_period):
            self._budget_changed(**facts)

    def note_threshold(self, percent: int, *, since: datetime | None) -> None:
        """Record that a part of the budget was spent in the period. No event if there is no budget any more."""
        if self.budget_usd is not None and self.budget_period is not None:
            self._threshold_reached(
                percent=percent, budget_usd=self.budget_usd, budget_period=self.budget_period, since=since
            )

    def _budget_changed(self, budget_usd: Decimal | None, budget_period: str | None) -> None:
        raise NotImplementedError

    def _threshold_reached(self, percent: int, budget_usd: Decimal, budget_period: str, since: datetime | None) -> None:
        raise NotImplementedError
