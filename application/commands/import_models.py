"""Register models that a provider offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from application.caller import current_caller
from application.errors import InvalidInput
from application.policies.synchronising import synchronise
from application.queries.discover_models import discover_models_of
from domain.model.aggregate import Model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from application.ports.models import Models
    from application.queries.discover_models import DiscoveryPorts
    from application.queries.discovered_model import DiscoveredModel
    from application.recorded import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportModels:
    """Register offered models, all in one transaction, disabled unless `enable` says otherwise. Editors and up.

    With `update`, those registered already take over what is offered, but for the values that a person gave.
    """

    provider_id: UUID
    model_ids: Sequence[str] | Literal["all"]
    enable: bool = False
    update: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What was registered and updated, and which were registered already; by the provider's model id."""

    imported: Mapping[str, Recorded]
    updated: Mapping[str, Recorded]
    already_registered: Mapping[str, UUID]


async def import_models(command: ImportModels, *, models: Models, ports: DiscoveryPorts) -> ImportOutcome:
    """Return what became of each chosen model.

    Raises:
        ProviderNotFound: the organization has no such provider.
        InvalidInput: a chosen model is not on offer; the pointer names it, and nothing was registered.
        UpstreamFailure, CredentialUnreadable: the provider could not be asked and has never answered.
        Conflict: somebody else registered one at the same moment; nothing was registered.
    """
    offer = await discover_models_of(command.provider_id, ports=ports)
    chosen = _chosen(command, {model.model_id: model for model in offer.models})
    caller = current_caller()
    new = [
        _registration(model, caller.new_id(index), is_enabled=command.enable)
        for index, model in enumerate(chosen)
        if model.registered_id is None or model.registered_id == caller.new_id(index)
    ]
    new_ids = {model.model_id for model in new}
    held = {model.model_id: model for model in chosen if model.model_id not in new_ids}
    changed = await _updated(held, models) if command.update else []
    recorded = {entry.aggregate_id: entry for entry in await models.save_all([*new, *changed])}
    return ImportOutcome(
        imported={model.model_id: recorded[model.id] for model in new},
        updated={model.model_id: recorded[model.id] for model in changed},
        already_registered={
            model_id: model.registered_id for model_id, model in held.items() if model.registered_id is not None
        },
    )


def _chosen(command: ImportModels, offered: Mapping[str, DiscoveredModel]) -> list[DiscoveredModel]:
    if command.model_ids == "all":
        return list(offered.values())
    for index, model_id in enumerate(command.model_ids):
        if model_id not in offered:
            raise InvalidInput(f"/modelIds/{index}", f"The provider does not offer {model_id}.")
    return [offered[model_id] for model_id in dict.fromkeys(command.model_ids)]


def _registration(offered: DiscoveredModel, model_id: UUID, *, is_enabled: bool) -> Model:
    facts = offered.facts
    return Model.register(
        model_id,
        provider_id=offered.provider_id,
        model_id=offered.model_id,
        name=facts.name,
        version=facts.version,
        type=facts.type,
        capabilities=facts.capabilities,
        config={},
        limits=facts.limits,
        price=facts.price,
        lifecycle=facts.lifecycle,
        is_enabled=is_enabled,
        sources=facts.sources,
    )


async def _updated(held: Mapping[str, DiscoveredModel], models: Models) -> list[Model]:
    """Return those of the registered models that the offer changes."""
    ids = [model.registered_id for model in held.values() if model.registered_id is not None]
    registered = await models.get_many(ids)
    changed = []
    for model in registered.values():
        before = len(model.pending_events)
        synchronise(model, held[model.model_id].facts)
        if len(model.pending_events) > before:
            changed.append(model)
    return changed
