"""A model that a provider offers, in one standard shape with a source for each field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from application.discovery.model_names import aliases_of
from application.policies.fill_model_facts import GivenFacts, filled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from application.policies.fill_model_facts import ModelFacts
    from application.ports.catalogue import KnownModel
    from application.ports.provider_gateway import OfferedModel
    from domain.model.values import Price


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredModel:
    """What is offered under an id and perhaps under others, by whom, and whether it is registered already."""

    provider_id: UUID
    model_id: str
    aliases: Sequence[str]
    facts: ModelFacts
    registered_id: UUID | None = None

    def registered_as(self, model_id: UUID) -> DiscoveredModel:
        """Return it as one that is registered."""
        return replace(self, registered_id=model_id)

    def document(self) -> dict[str, Any]:
        """Return it as the API shows it; a price that nobody knows is null."""
        facts = self.facts
        price = facts.price
        return {
            "providerId": self.provider_id,
            "providerModelId": self.model_id,
            "modelId": self.model_id,
            "aliases": self.aliases,
            "registeredModelId": self.registered_id,
            "name": facts.name,
            "version": facts.version,
            "type": facts.type,
            "capabilities": facts.capabilities,
            "contextWindow": facts.limits.context_window,
            "maxTokens": facts.limits.max_tokens,
            "costPer1kTokens": None if price is None else price.headline,
            "pricing": None if price is None else pricing_document(price),
            "priceReason": facts.price_reason,
            "lifecycle": facts.lifecycle.lifecycle,
            "retiresOn": facts.lifecycle.retires_on,
            "sources": facts.sources,
        }


def pricing_document(price: Price) -> dict[str, Any]:
    """Return a price as the API shows it."""
    return {
        "inputPer1kTokens": price.input_per_1k,
        "outputPer1kTokens": price.output_per_1k,
        "currency": "USD",
        "source": price.source,
        "asOf": price.as_of,
    }


def discovered(provider_id: UUID, offered: OfferedModel, known: KnownModel, day: date) -> DiscoveredModel:
    """Return the offered model, completed from what is known of it, as it stands on that day."""
    facts = filled(offered.model_id, GivenFacts(), known, offered)
    return DiscoveredModel(
        provider_id=provider_id,
        model_id=offered.model_id,
        aliases=aliases_of(offered.model_id, offered.extras),
        facts=replace(facts, lifecycle=facts.lifecycle.on(day)),
    )
