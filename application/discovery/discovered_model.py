"""A model that a provider offers, in one standard shape with a source for each field."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from uuid import UUID

from application.discovery.model_names import aliases_of
from application.policies.fill_model_facts import GivenFacts, ModelFacts, filled
from application.ports.catalogue import KnownModel
from application.ports.provider_gateway import OfferedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredModel:
    """What is offered under an id and perhaps under others, by whom, and whether it is registered already.

    `base_model` is the model behind a deployment's name.
    """

    provider_id: UUID
    model_id: str
    aliases: Sequence[str]
    facts: ModelFacts
    base_model: str | None = None
    registered_id: UUID | None = None

    def registered_as(self, model_id: UUID) -> Self:
        """Return it as one that is registered."""
        return replace(self, registered_id=model_id)


def discovered(provider_id: UUID, offered: OfferedModel, known: KnownModel, day: date) -> DiscoveredModel:
    """Return the offered model, completed from what is known of it, as of that day."""
    facts = filled(offered.model_id, GivenFacts(), known, offered)
    return DiscoveredModel(
        provider_id=provider_id,
        model_id=offered.model_id,
        aliases=aliases_of(offered.model_id, offered.extras),
        base_model=offered.base_model,
        facts=replace(facts, lifecycle=facts.lifecycle.on(day)),
    )
