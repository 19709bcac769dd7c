"""Replace everything that can be written about a model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from application.commands.change_model import ChangeModel, NewPrice, apply_change
from application.errors import ProviderNotFound
from application.policies.fill_model_facts import GivenFacts, filled, given_price
from application.unset import UNSET, Unset
from domain.model.values import MANUAL, NOT_TOLD, PRICED_KINDS

if TYPE_CHECKING:
    from uuid import UUID

    from application.policies.fill_model_facts import ModelFacts
    from application.ports.catalogue import Catalogue
    from application.ports.registered_models import RegisteredModels
    from application.ports.repositories import Models
    from application.recorded_revision import Recorded
    from domain.model.aggregate import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceModel:
    """Describe the model anew. Editors and administrators; what is left out is filled as for a new model."""

    model_id: UUID
    expected_revision: int | None = None
    provider_id: UUID | Unset = UNSET
    provider_model_id: str | Unset = UNSET
    given: GivenFacts = field(default_factory=GivenFacts)
    config: dict[str, Any] = field(default_factory=dict)
    is_enabled: bool = True


async def replace_model(
    command: ReplaceModel, *, models: Models, directory: RegisteredModels, catalogue: Catalogue
) -> Recorded:
    """Return the model's revision afterwards, the old one when nothing differs.

    Raises:
        ModelNotFound, ProviderNotFound: the organization has no such model or provider.
        StaleRevision: its revision is not the expected one.
        Conflict: another command changed it at the same time.
        ModelProviderFixed, ModelIdentityFixed: another provider or provider's model id is asked for.
    """
    model = await models.get(command.model_id, expected_revision=command.expected_revision)
    provider = (await directory.providers([model.provider_id])).get(model.provider_id)
    if provider is None:
        raise ProviderNotFound
    known = catalogue.look_up(provider.provider_type, model.model_id, endpoint=provider.endpoint)
    _replace(model, command, filled(model.model_id, command.given, known))
    return await models.save(model)


def _replace(model: Model, command: ReplaceModel, facts: ModelFacts) -> None:
    """Change first what has sources of its own, then the rest as an ordinary change."""
    model.rename(facts.name, sources=facts.sources)
    model.reconfigure(version=facts.version, config=command.config, sources=facts.sources)
    model.change_capabilities(facts.type, facts.capabilities, sources=facts.sources)
    model.change_limits(facts.limits, sources=facts.sources)
    if facts.lifecycle != NOT_TOLD:
        model.follow_lifecycle(facts.lifecycle, sources=facts.sources)
    if facts.price is not None and facts.price.source != MANUAL:
        model.change_price(facts.price)
    apply_change(
        model,
        ChangeModel(
            model_id=model.id,
            provider_id=command.provider_id,
            provider_model_id=command.provider_model_id,
            cost_per_1k=UNSET if command.given.cost_per_1k is None else command.given.cost_per_1k,
            price=_price_in_parts(command.given, facts),
            is_enabled=command.is_enabled,
        ),
    )


def _price_in_parts(given: GivenFacts, facts: ModelFacts) -> NewPrice | Unset | None:
    """Return the price where a person said what reading or writing costs, or where nobody knows one."""
    price = given_price(replace(given, cost_per_1k=None))
    if price is not None:
        return NewPrice(tiers=price.tiers, **{kind: getattr(price, kind) for kind in PRICED_KINDS})
    return None if facts.price is None else UNSET
