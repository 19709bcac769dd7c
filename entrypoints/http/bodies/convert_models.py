"""Converts bodies of the model routes to commands."""

from decimal import Decimal
from typing import Final
from uuid import UUID

from application.commands.change_model import ChangeModel, NewPrice
from application.commands.change_models_in_bulk import ModelOperation
from application.commands.register_model import RegisterModel
from application.commands.remove_model import RemoveModel
from application.policies.fill_model_facts import GivenFacts
from application.unset import UNSET, Unset
from domain.model.values import PRICED_KINDS, PriceTier
from entrypoints.http.bodies.models import (
    CreateOperation,
    ModelPatch,
    NewModel,
    Operation,
    PlainOperation,
    UpdateOperation,
    WrittenModel,
    WrittenPrice,
    WrittenPrices,
    exact,
)

# The bodies have their fields' names from the JSON names: `cache_write1h_per1k_tokens`.
_FIELDS: Final = {kind: kind.replace("_1h", "1h").replace("_1k", "1k") + "_tokens" for kind in PRICED_KINDS}


def registration(body: NewModel) -> RegisterModel:
    """Return the command that a new model's body requests."""
    return RegisterModel(
        provider_id=body.provider_id,
        model_id=body.model_id,
        given=given_facts(body),
        config=body.config.document(),
        is_enabled=body.is_enabled,
    )


def given_facts(body: WrittenModel) -> GivenFacts:
    """Return what the body says about the model."""
    return GivenFacts(
        name=body.name,
        version=body.version,
        type=body.type,
        capabilities=body.capabilities,
        context_window=body.context_window,
        max_tokens=body.max_tokens,
        cost_per_1k=exact(body.cost_per1k_tokens),
        tiers=_tiers(body.pricing),
        **(_prices(body.pricing) if body.pricing else {}),
    )


def change(model_id: UUID, body: ModelPatch, expected_revision: int | None) -> ChangeModel:
    """Return the command that a patch requests."""
    config = body.mentioned("config")
    cost = body.mentioned("cost_per1k_tokens")
    price = body.mentioned("pricing")
    return ChangeModel(
        model_id=model_id,
        expected_revision=expected_revision,
        provider_id=body.mentioned("provider_id"),
        provider_model_id=body.mentioned("model_id"),
        name=body.mentioned("name"),
        version=body.mentioned("version"),
        type=body.mentioned("type"),
        capabilities=body.mentioned("capabilities"),
        config={} if config is None else UNSET,
        config_patch=UNSET if config is None or isinstance(config, Unset) else config.patch(),
        cost_per_1k=cost if isinstance(cost, Unset) else exact(cost),
        price=price if price is None or isinstance(price, Unset) else _new_price(price),
        context_window=body.mentioned("context_window"),
        max_tokens=body.mentioned("max_tokens"),
        is_enabled=body.mentioned("is_enabled"),
    )


def operation(body: Operation) -> ModelOperation:
    """Return the command that one operation of a bulk request requests."""
    if isinstance(body, CreateOperation):
        return registration(body)
    if isinstance(body, UpdateOperation):
        return change(body.id, body, body.revision)
    return _plain(body)


def _plain(body: PlainOperation) -> ModelOperation:
    if body.op == "delete":
        return RemoveModel(model_id=body.id, expected_revision=body.revision)
    return ChangeModel(model_id=body.id, expected_revision=body.revision, is_enabled=body.op == "enable")


def _new_price(price: WrittenPrice) -> NewPrice:
    named = {kind: amount for kind, amount in _prices(price).items() if _FIELDS[kind] in price.model_fields_set}
    return NewPrice(tiers=_tiers(price) if "tiers" in price.model_fields_set else UNSET, **named)


def _prices(prices: WrittenPrices) -> dict[str, Decimal | None]:
    return {kind: exact(getattr(prices, field)) for kind, field in _FIELDS.items()}


def _tiers(price: WrittenPrice | None) -> tuple[PriceTier, ...]:
    return tuple(
        PriceTier(above_input_tokens=tier.above_input_tokens or 0, service_tier=tier.service_tier, **_prices(tier))
        for tier in (price.tiers if price else None) or ()
    )
