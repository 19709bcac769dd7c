"""Register models that a provider offers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal
from uuid import UUID

from application.caller import current_caller
from application.discovery.discover_models import Discovery
from application.discovery.discovered_catalogue import CompletedOffer, MissingModel
from application.discovery.discovered_model import DiscoveredModel
from application.discovery.synchronise_model import follow, synchronise
from application.errors import Conflict, InvalidInput, QuotaReached
from application.policies.fill_model_facts import CATALOGUE
from application.ports.clock import Clock
from application.ports.repositories import Models
from application.recorded_revision import Recorded
from application.run_in_thread import run_in_thread_if_large
from domain.errors import DomainError
from domain.key_patterns import has_key_form
from domain.model.aggregate import Model
from domain.model.facts import source_name
from domain.model.values import NOT_TOLD

MOST_MODELS: Final = 5_000

# Whoever registers models of this provider more often than this meanwhile has not finished.
_ATTEMPTS: Final = 3
_LIFECYCLE_SOURCES: Final = {source_name(field): CATALOGUE for field in ("lifecycle", "retires_on")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportModels:
    """Register offered models, all in one transaction, disabled unless `enable` says otherwise. Editors and up.

    Any name that the provider has for a model will do. With `update`, those registered already take over what is
    offered, but for the values that a person gave; of `all` models, prices that moved by more than ten times are left
    alone as well. A model that is not offered any more takes over that it is retired, where the catalogue knows it.
    """

    provider_id: UUID
    model_ids: Sequence[str] | Literal["all"]
    enable: bool = False
    update: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What was registered and updated, which were registered already, and of which a suspicious price was left alone.

    All by the provider's model id; what was updated had been registered already.
    """

    imported: Mapping[str, Recorded]
    updated: Mapping[str, Recorded]
    already_registered: Mapping[str, UUID]
    held_back: Mapping[str, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """What a command is about: offered models that are new, those that are registered, and registered ones gone."""

    new: Mapping[UUID, DiscoveredModel]
    registered: Mapping[UUID, DiscoveredModel]
    gone: Mapping[UUID, MissingModel]


async def import_models(command: ImportModels, *, models: Models, discovery: Discovery, clock: Clock) -> ImportOutcome:
    """Return what became of each chosen model. Repeated, the same command changes nothing and answers the same.

    Raises:
        ProviderNotFound: the organization has no such provider.
        InvalidInput: a chosen model is not on offer; the pointer names it, and nothing was registered.
        UpstreamFailure, CredentialUnreadable: the provider could not be queried and has never answered.
        QuotaReached: the organization may not have as many models more; nothing was registered.
        Conflict: others kept registering or changing the same models at the same moment; nothing was registered.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return await _imported(command, models, discovery, clock)
        except QuotaReached:
            raise
        except Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
    raise Conflict


async def _imported(command: ImportModels, models: Models, discovery: Discovery, clock: Clock) -> ImportOutcome:
    before = await models.recorded_already([current_caller().command_id])
    offer = (await discovery.models_of(command.provider_id)).offer
    chosen = await run_in_thread_if_large(offer.models, lambda: _chosen(command, offer))
    held_back: dict[str, UUID] = {}
    if before:
        recorded = dict(before)
    else:
        new = await run_in_thread_if_large(
            chosen.new, lambda: [_registration(model_id, model, command) for model_id, model in chosen.new.items()]
        )
        changed, held_back = await _updated(command, chosen, models, clock.now().date())
        unsaved = [*new, *changed]
        recorded = {entry.aggregate_id: entry for entry in await models.save_all(unsaved)} if unsaved else {}
    registered = {model.model_id: model_id for model_id, model in chosen.registered.items()}
    registered |= {model.model_id: model_id for model_id, model in chosen.gone.items()}
    return ImportOutcome(
        imported={model.model_id: recorded[model_id] for model_id, model in chosen.new.items() if model_id in recorded},
        updated={name: recorded[model_id] for name, model_id in registered.items() if model_id in recorded},
        already_registered=registered,
        held_back=held_back,
    )


def _chosen(command: ImportModels, offer: CompletedOffer) -> _Chosen:
    offered = {model.model_id: model for model in offer.models}
    gone = {model.model_id: model for model in offer.missing if model.registered_id is not None}
    if command.model_ids == "all":
        if len(offered) > MOST_MODELS:
            message = f"The provider offers {len(offered):,} models: choose at most {MOST_MODELS:,} by their ids."
            raise InvalidInput("/modelIds", message)
        return _sorted_out(command, offered.values(), gone.values() if command.update else ())
    wanted: dict[str, DiscoveredModel] = {}
    wanted_gone: dict[str, MissingModel] = {}
    for index, name in enumerate(command.model_ids):
        offered_id = offer.names.find(name)
        if offered_id is not None:
            wanted[offered_id] = offered[offered_id]
        elif name in gone:
            wanted_gone[name] = gone[name]
        else:
            raise InvalidInput(f"/modelIds/{index}", f"The provider does not offer {name}.")
    return _sorted_out(command, wanted.values(), wanted_gone.values())


def _sorted_out(command: ImportModels, offered: Iterable[DiscoveredModel], gone: Iterable[MissingModel]) -> _Chosen:
    caller = current_caller()
    new: dict[UUID, DiscoveredModel] = {}
    registered: dict[UUID, DiscoveredModel] = {}
    for model in offered:
        # The same in a repetition of the command, which finds it registered by the command itself.
        own_id = caller.id_for(f"model/{command.provider_id}/{model.model_id}")
        if model.registered_id in {None, own_id}:
            new[own_id] = model
        elif model.registered_id is not None:
            registered[model.registered_id] = model
    return _Chosen(
        new=new,
        registered=registered,
        gone={model.registered_id: model for model in gone if model.registered_id is not None},
    )


def _registration(model_id: UUID, offered: DiscoveredModel, command: ImportModels) -> Model:
    try:
        return offered.facts.registered(
            model_id,
            provider_id=offered.provider_id,
            model_id=offered.model_id,
            config={} if offered.base_model is None else {"baseModel": offered.base_model},
            is_enabled=command.enable,
        )
    except DomainError as refusal:
        name = "A model" if has_key_form(offered.model_id) else offered.model_id
        raise InvalidInput("/modelIds", f"{name} cannot be registered: {refusal.message}") from refusal


async def _updated(
    command: ImportModels, chosen: _Chosen, models: Models, day: date
) -> tuple[list[Model], dict[str, UUID]]:
    """Return those of the registered models that the offer changes, and those with a price that is left alone."""
    wanted = [*chosen.registered, *chosen.gone] if command.update else []
    if not wanted:
        return [], {}
    registered = await models.get_many(wanted)
    return await run_in_thread_if_large(registered, lambda: _followed(command, chosen, registered.values(), day))


def _followed(
    command: ImportModels, chosen: _Chosen, registered: Iterable[Model], day: date
) -> tuple[list[Model], dict[str, UUID]]:
    changed: list[Model] = []
    held_back: dict[str, UUID] = {}
    for model in registered:
        if model.id in chosen.gone:
            lifecycle = chosen.gone[model.id].lifecycle
            if lifecycle != NOT_TOLD:
                follow(model, lifecycle, day, sources=_LIFECYCLE_SOURCES)
        else:
            offered = chosen.registered[model.id]
            if synchronise(model, offered.facts, day, take_suspicious=command.model_ids != "all"):
                held_back[offered.model_id] = model.id
        if model.pending_events:
            changed.append(model)
    return changed, held_back
