"""Replace everything that can be written about a model."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from application.commands.change_model import ChangeModel, NewPrice, apply_change
from application.errors import ProviderNotFound
from application.policies.base_models import base_model, known_model
from application.policies.fill_model_facts import GivenFacts, ModelFacts, filled, given_price
from application.policies.newest_revision import on_newest
from application.ports.catalogue import Catalogue
from application.ports.registered_models import RegisteredModels
from application.ports.repositories import Models
from application.recorded_revision import Recorded
from application.unset import UNSET, Unset
from domain.model.aggregate import Model
from domain.model.values import MANUAL, NOT_TOLD, PRICED_KINDS, Price


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceModel:
    """Replace the model's description. Editors and administrators; what is left out is filled as for a new model."""

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
        Conflict: other commands changed it at the same time, too often.
        ModelProviderFixed, ModelIdentityFixed: another provider or provider's model id is requested.
    """

    async def change() -> Recorded:
        model = await models.get(command.model_id, expected_revision=command.expected_revision)
        provider = (await directory.providers([model.provider_id])).get(model.provider_id)
        if provider is None:
            raise ProviderNotFound
        known = known_model(catalogue, provider, model.model_id, base_model(command.config))
        _replace(model, command, filled(model.model_id, command.given, known))
        return await models.save(model)

    return await on_newest(change)


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
            price=_price_in_parts(command.given, facts, model.price),
            is_enabled=command.is_enabled,
        ),
    )


def _price_in_parts(given: GivenFacts, facts: ModelFacts, held: Price | None) -> NewPrice | Unset | None:
    """Return the price where a person set one, or where none is known.

    A price of another source becomes a person's only where it differs: clients send back the price that they have read.
    """
    price = given_price(replace(given, cost_per_1k=None))
    if price is None:
        return None if facts.price is None else UNSET
    named = {kind: amount for kind in PRICED_KINDS if (amount := getattr(price, kind)) is not None}
    is_listed = held is not None and held.source != MANUAL and price.tiers in ((), held.tiers)
    if is_listed and all(getattr(held, kind) == amount for kind, amount in named.items()):
        return UNSET
    return NewPrice(tiers=price.tiers, **dict.fromkeys(PRICED_KINDS) | named)
