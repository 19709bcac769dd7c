"""Where what is registered differs from what is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.model.values import MANUAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.ports.model_directory import RegisteredModel
    from application.queries.discovered_model import DiscoveredModel


def differences_from_registered(
    registered: Sequence[RegisteredModel], offered: Sequence[DiscoveredModel]
) -> list[dict[str, Any]]:
    """Return each registered model that differs, with the fields; `keptByHand` are those no update would touch."""
    by_id = {model.model_id: model for model in offered}
    found = []
    for model in registered:
        if model.model_id in by_id:
            fields = _differing(model, by_id[model.model_id])
            if fields:
                found.append({"modelId": model.model_id, "registeredModelId": model.id, "fields": fields})
    return found


def _differing(model: RegisteredModel, offered: DiscoveredModel) -> list[dict[str, Any]]:
    facts = offered.facts
    pairs = (
        ("type", "type", model.type, facts.type),
        ("capabilities", "capabilities", sorted(model.capabilities), sorted(facts.capabilities)),
        ("contextWindow", "contextWindow", model.context_window, facts.limits.context_window),
        ("maxTokens", "maxTokens", model.max_tokens, facts.limits.max_tokens),
        ("inputPer1kTokens", "price", model.input_per_1k, facts.price and facts.price.input_per_1k),
        ("outputPer1kTokens", "price", model.output_per_1k, facts.price and facts.price.output_per_1k),
    )
    return [
        {
            "field": field,
            "registered": registered,
            "offered": offer,
            "keptByHand": model.sources.get(source) == MANUAL,
        }
        for field, source, registered, offer in pairs
        if registered != offer
    ]
