"""Admits calls of models, or refuses them, by the bounds of their access key and their organization."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass

from application.bounds.budgets import Budgets
from application.bounds.call_estimates import CallEstimate
from application.bounds.call_limits import CallLimits
from application.bounds.caller_bounds import CallerBounds
from application.usage.usage_ledger import ModelCall


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAdmission:
    """Holds calls to limits and budgets. Only calls of callers who have some come here."""

    limits: CallLimits
    budgets: Budgets

    @asynccontextmanager
    async def admitted(
        self, bounds: Sequence[CallerBounds], estimate: CallEstimate, uses: Callable[[], Sequence[ModelCall]]
    ) -> AsyncIterator[None]:
        """Run a call if all bounds allow it; `uses` returns its usage at the end.

        Raises:
            RateLimited: a limit does not; it says when to try again.
            BudgetExceeded: a budget does not; it says when it opens again.
            CostUnknown: there is a budget, and what a call of the model costs is not known.
            Unavailable: the database, which has the budgets, cannot be reached.
        """

        def tokens() -> int:
            return sum(map(estimate.tokens_of, uses()))

        budgeted = [each for each in bounds if each.budget is not None]
        async with (
            self.limits.within(bounds, tokens),
            self.budgets.within(budgeted, estimate, uses) if budgeted else nullcontext(),
        ):
            yield
