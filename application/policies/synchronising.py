"""Taking over what a provider says of a model, without touching what a person said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.model.values import MANUAL, Limits

if TYPE_CHECKING:
    from application.policies.filling import ModelFacts
    from domain.model.aggregate import Model


def synchronise(model: Model, facts: ModelFacts) -> None:
    """Decide on the model what the facts say; unknown facts and values that a person gave change nothing."""
    if MANUAL not in (model.sources.get("type"), model.sources.get("capabilities")) and facts.sources.get("type"):
        model.change_capabilities(facts.type, facts.capabilities, sources=facts.sources)
    _synchronise_limits(model, facts)
    if facts.price is not None and model.sources.get("price") != MANUAL:
        held = model.price
        # The day a price was true moves on by itself; that is no change of the price.
        if held is None or (held.input_per_1k, held.output_per_1k) != (
            facts.price.input_per_1k,
            facts.price.output_per_1k,
        ):
            model.change_price(facts.price)


def _synchronise_limits(model: Model, facts: ModelFacts) -> None:
    if MANUAL in (model.sources.get("contextWindow"), model.sources.get("maxTokens")):
        return
    offered = facts.limits
    limits = Limits(
        context_window=offered.context_window or model.limits.context_window,
        max_tokens=offered.max_tokens or model.limits.max_tokens,
    )
    source = facts.sources.get("contextWindow") or facts.sources.get("maxTokens")
    if source is not None:
        model.change_limits(limits, sources=facts.sources)
