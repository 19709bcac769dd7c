"""Converts between reasoning efforts and token budgets."""

from typing import Final

from application.prompts.conversation import Effort, ReasoningOptions

# As pydantic-ai translates them (its models/anthropic.py and models/google.py, 2.68); Google's own compatible layer has
# 1K, 8K and 24K for low, medium and high.
BUDGETS: Final[dict[Effort, int]] = {
    "minimal": 1_024,
    "low": 2_048,
    "medium": 10_000,
    "high": 16_384,
    "xhigh": 32_768,
    "max": 65_536,
}
EFFORTS: Final[tuple[Effort, ...]] = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


def effort_of(reasoning: ReasoningOptions) -> Effort | None:
    """Return the effort that is requested, or the one nearest to the budget; none leaves it to the provider."""
    if reasoning.effort is not None:
        return reasoning.effort
    budget = reasoning.budget_tokens
    if budget is None or budget < 0:
        return None
    if budget == 0:
        return "none"
    return min(BUDGETS, key=lambda effort: abs(BUDGETS[effort] - budget))


def budget_of(reasoning: ReasoningOptions) -> int | None:
    """Return the budget that is requested, or that of the effort: 0 not to think, -1 as the model likes."""
    if reasoning.budget_tokens is not None or reasoning.effort is None:
        return reasoning.budget_tokens
    return BUDGETS.get(reasoning.effort, 0)


def nearest_effort(effort: Effort, known: tuple[Effort, ...]) -> Effort:
    """Return the effort among those that a model knows that is nearest to the one requested.

    Who requests a little does not request none.
    """
    place = EFFORTS.index(effort)
    some = known if effort == "none" else tuple(each for each in known if each != "none")
    return min(some or known, key=lambda each: (abs(EFFORTS.index(each) - place), EFFORTS.index(each)))
