"""Models behind a name of the organization's own, such as that of an Azure deployment."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from application.policies.fill_model_facts import GivenFacts, filled
from application.ports.catalogue import Catalogue, KnownModel
from application.ports.registered_models import ProviderEntry
from domain.model.aggregate import Model
from domain.model.values import MANUAL


def base_model(config: Mapping[str, Any]) -> str | None:
    """Return the `baseModel` of a config; none where it names none."""
    name = config.get("baseModel")
    return name if isinstance(name, str) and name else None


def known_model(catalogue: Catalogue, provider: ProviderEntry, model_id: str, base: str | None) -> KnownModel:
    """Return the catalogue's facts about the model, or about the one behind its name."""
    known = catalogue.look_up(provider.provider_type, base or model_id, endpoint=provider.endpoint)
    return known if base is None else replace(known, model_id=model_id, name=None, aliases=())


def follow_base_model(model: Model, provider: ProviderEntry, catalogue: Catalogue) -> None:
    """Take over type, capabilities, limits and price of the base model, but for what a person gave."""
    known = known_model(catalogue, provider, model.model_id, base_model(model.config))
    facts = filled(model.model_id, GivenFacts(), known)

    def is_ours(name: str) -> bool:
        return name not in facts.sources or model.sources.get(name) == MANUAL

    model.change_capabilities(
        model.type if is_ours("type") else facts.type,
        model.capabilities if is_ours("capabilities") else facts.capabilities,
        sources=facts.sources,
    )
    model.change_limits(
        replace(
            facts.limits,
            **{"context_window": model.limits.context_window} if is_ours("contextWindow") else {},
            **{"max_tokens": model.limits.max_tokens} if is_ours("maxTokens") else {},
        ),
        sources=facts.sources,
    )
    if not is_ours("price"):
        model.change_price(facts.price)
