"""Change a model."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from application.policies.base_models import base_model, follow_base_model
from application.policies.merge_patch import merge_patch
from application.policies.newest_revision import SeenFields, on_newest, patched_members
from application.ports.catalogue import Catalogue
from application.ports.registered_models import RegisteredModels
from application.ports.repositories import Models
from application.projections.other_prices import shown_name
from application.recorded_revision import Recorded
from application.unset import UNSET, Unset
from domain.model.aggregate import Model
from domain.model.errors import ModelIdentityFixed, ModelProviderFixed
from domain.model.values import MANUAL, PRICED_KINDS, Limits, Price, PriceTier

T = TypeVar("T")

_POINTERS: Final = {
    "name": "/name",
    "version": "/version",
    "type": "/type",
    "capabilities": "/capabilities",
    "config": "/config",
    "cost_per_1k": "/costPer1kTokens",
    "context_window": "/contextWindow",
    "max_tokens": "/maxTokens",
    "is_enabled": "/isEnabled",
}
_PRICE_POINTERS: Final = {kind: f"/pricing/{shown_name(kind)}" for kind in PRICED_KINDS} | {"tiers": "/pricing/tiers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrice:
    """USD per 1,000 tokens, as a person gives it; a part that is not mentioned stays as it is."""

    input_per_1k: Decimal | Unset | None = UNSET
    output_per_1k: Decimal | Unset | None = UNSET
    cached_input_per_1k: Decimal | Unset | None = UNSET
    cache_write_per_1k: Decimal | Unset | None = UNSET
    cache_write_1h_per_1k: Decimal | Unset | None = UNSET
    reasoning_per_1k: Decimal | Unset | None = UNSET
    audio_input_per_1k: Decimal | Unset | None = UNSET
    tiers: tuple[PriceTier, ...] | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeModel:
    """Change what is mentioned, leave the rest. Editors and administrators; costs in USD per 1,000 tokens.

    A single `cost_per_1k` counts for tokens read and written alike; null makes the price unknown. `config` replaces
    all of it, `config_patch` is merged into it (RFC 7396). A new `baseModel` in it brings its type, capabilities,
    limits and price, but for those that a person gave.
    """

    model_id: UUID
    expected_revision: int | None = None
    provider_id: UUID | Unset = UNSET
    provider_model_id: str | Unset = UNSET
    name: str | Unset = UNSET
    version: str | Unset | None = UNSET
    type: str | Unset = UNSET
    capabilities: list[str] | Unset = UNSET
    config: dict[str, Any] | Unset = UNSET
    config_patch: dict[str, Any] | Unset = UNSET
    cost_per_1k: Decimal | Unset | None = UNSET
    price: NewPrice | Unset | None = UNSET
    context_window: int | Unset | None = UNSET
    max_tokens: int | Unset | None = UNSET
    is_enabled: bool | Unset = UNSET


async def change_model(
    command: ChangeModel, *, models: Models, directory: RegisteredModels, catalogue: Catalogue
) -> Recorded:
    """Return the model's revision after the change, the old one when it changes nothing.

    Raises:
        ModelNotFound: the organization has no such model.
        StaleRevision: its revision is not the expected one.
        FieldsChanged: another command changed the same fields at the same time. Other fields do not matter.
        ModelProviderFixed, ModelIdentityFixed: another provider or provider's model id is requested.
        InvalidValue: a value is outside what its field allows.
    """
    seen = SeenFields()

    async def change() -> Recorded:
        model = await models.get(command.model_id, expected_revision=command.expected_revision)
        seen.check(mentioned_fields(model, command))
        before = base_model(model.config)
        apply_change(model, command)
        if base_model(model.config) not in {None, before}:
            provider = (await directory.providers([model.provider_id])).get(model.provider_id)
            if provider is not None:
                follow_base_model(model, provider, catalogue)
        return await models.save(model)

    return await on_newest(change)


def mentioned_fields(model: Model, command: ChangeModel) -> dict[str, Any]:
    """Return what the model holds in the fields that the command changes, by their pointers in a patch."""
    held = {
        "name": model.name,
        "version": model.version_label,
        "type": model.type,
        "capabilities": model.capabilities,
        "config": model.config,
        "cost_per_1k": model.price,
        "context_window": model.limits.context_window,
        "max_tokens": model.limits.max_tokens,
        "is_enabled": model.is_enabled,
    }
    fields = {_POINTERS[name]: value for name, value in held.items() if not isinstance(getattr(command, name), Unset)}
    if not isinstance(command.config_patch, Unset):
        fields |= patched_members("/config", model.config, command.config_patch)
    if isinstance(command.price, NewPrice):
        for kind, pointer in _PRICE_POINTERS.items():
            if not isinstance(getattr(command.price, kind), Unset):
                fields[pointer] = getattr(model.price, kind, None)
    elif command.price is None:
        fields["/pricing"] = model.price
    return fields


def apply_change(model: Model, command: ChangeModel) -> None:
    """Decide on the model what the command mentions; nothing is saved yet."""
    if command.provider_id not in (UNSET, model.provider_id):
        raise ModelProviderFixed
    if command.provider_model_id not in (UNSET, model.model_id):
        raise ModelIdentityFixed
    if not isinstance(command.name, Unset):
        model.rename(command.name)
    config = _either(command.config, model.config)
    if not isinstance(command.config_patch, Unset):
        config = merge_patch(model.config, command.config_patch)
    model.reconfigure(version=_either(command.version, model.version_label), config=config)
    model.change_capabilities(_either(command.type, model.type), _either(command.capabilities, model.capabilities))
    _change_price(model, command)
    model.change_limits(
        Limits(
            context_window=_either(command.context_window, model.limits.context_window),
            max_tokens=_either(command.max_tokens, model.limits.max_tokens),
        )
    )
    if not isinstance(command.is_enabled, Unset):
        model.enable() if command.is_enabled else model.disable()


def _change_price(model: Model, command: ChangeModel) -> None:
    """Take the price where it differs: sending back what was read does not make it a person's own."""
    wanted = command.price
    if isinstance(wanted, Unset):
        cost = command.cost_per_1k
        if not isinstance(cost, Unset) and not _is_headline(cost, model.price):
            model.change_price(None if cost is None else Price(cost, cost, MANUAL))
        return
    if wanted is None:
        model.change_price(None)
        return
    held = model.price or Price(None, None, MANUAL)
    kinds = {kind: _either(getattr(wanted, kind), getattr(held, kind)) for kind in PRICED_KINDS}
    price = Price(source=MANUAL, tiers=_either(wanted.tiers, held.tiers), **kinds)
    named = [getattr(wanted, kind) for kind in PRICED_KINDS]
    if price.headline is None and all(amount is None or isinstance(amount, Unset) for amount in named):
        # Neither input nor output has a price any more, which takes the others with it.
        model.change_price(None)
    elif not price.has_same_prices(held):
        model.change_price(price)


def _is_headline(cost: Decimal | None, price: Price | None) -> bool:
    if cost is None or price is None:
        return cost is None and price is None
    return price.headline is not None and cost == price.headline.quantize(Decimal("1E-12"))


def _either(wanted: T | Unset, held: T) -> T:
    return held if isinstance(wanted, Unset) else wanted
