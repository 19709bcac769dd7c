"""Discovered models, completed from the catalogue and compared with registered ones; cached."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from application.caller import current_caller
from application.discovery.discovered_model import DiscoveredModel, discovered
from application.discovery.kept_documents import offer_from
from application.discovery.model_list_snapshots import ModelListState
from application.discovery.model_names import ModelNames
from application.discovery.offer_changes import Snapshot, names_no_longer_offered, names_of
from application.discovery.registered_differences import registered_differences, registrations
from application.policies.base_models import known_model
from application.ports.catalogue import Catalogue, KnownModel
from application.ports.registered_models import ProviderEntry, RegisteredModel
from domain.model.values import NOT_TOLD, Lifecycle

# Some 3 KB each. The longest list that is taken fits in.
_MOST_MODELS: Final = 20_000
_NO_CHANGES: Final = {"since": None, "added": (), "returned": (), "changed": (), "price_moved": ()}

Key = tuple["UUID", "UUID", str, str, "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingModel:
    """A model that was offered once, not since a time; or that is registered and was never seen on offer."""

    model_id: str
    since: datetime | None
    registered_id: UUID | None
    lifecycle: Lifecycle


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class CompletedOffer:
    """All models of one answer, and what a person should look at before anything follows from it.

    `changes` are those of the snapshot, with what is `missing` and how what is `registered` differs.
    """

    fetched_at: datetime
    models: Sequence[DiscoveredModel]
    names: ModelNames
    missing: Sequence[MissingModel]
    changes: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class DescribedSnapshot:
    """The models of a snapshot as far as they do not depend on what is registered, and the last offer made of them."""

    snapshot: Snapshot
    names: ModelNames
    models: Mapping[str, DiscoveredModel]
    offer: CompletedOffer | None = None
    org_sequence: int = -1


class DiscoveredCatalogueCache:
    """Remembers what was looked at last, up to some thousand models; the facts of the day hold for a day."""

    def __init__(self) -> None:
        self._described: OrderedDict[Key, DescribedSnapshot] = OrderedDict()
        self._models = 0

    def find(self, state: ModelListState, fetched_at: str, day: date) -> DescribedSnapshot | None:
        """Return what is remembered of the provider's answer of that time."""
        key = _key(state, fetched_at, day)
        described = self._described.get(key)
        if described is not None:
            self._described.move_to_end(key)
        return described

    def keep(self, state: ModelListState, described: DescribedSnapshot, day: date) -> None:
        """Remember it, and forget what was not looked at for longest."""
        key = _key(state, described.snapshot.fetched_at, day)
        if key not in self._described:
            self._models += len(described.models)
        self._described[key] = described
        while self._models > _MOST_MODELS:
            _, oldest = self._described.popitem(last=False)
            self._models -= len(oldest.models)


def described(state: ModelListState, snapshot: Snapshot, catalogue: Catalogue, day: date) -> DescribedSnapshot:
    """Return the offered models, completed from what is known of them, as of that day."""
    models = {}
    provider = ProviderEntry(id=state.provider_id, provider_type=state.provider_type, endpoint=state.endpoint)
    for model_id, offer in snapshot.offered.items():
        known = known_model(catalogue, provider, model_id, offer.get("base_model"))
        models[model_id] = discovered(state.provider_id, offer_from(offer), known, day)
    return DescribedSnapshot(snapshot=snapshot, names=names_of(snapshot.offered), models=models)


def completed(
    state: ModelListState,
    offered: DescribedSnapshot,
    registered: Sequence[RegisteredModel],
    catalogue: Catalogue,
    day: date,
) -> CompletedOffer:
    """Return the offer beside what is registered of it on that day."""

    def known(model_id: str) -> KnownModel:
        return catalogue.look_up(state.provider_type, model_id, endpoint=state.endpoint)

    found = registrations(registered, offered.names, lambda model_id: known(model_id).aliases)
    snapshot, models = offered.snapshot, offered.models
    missing = _missing(snapshot, found.not_offered, known, day)
    return CompletedOffer(
        fetched_at=datetime.fromisoformat(snapshot.fetched_at),
        models=[
            model.registered_as(found.by_offered_id[model_id].id) if model_id in found.by_offered_id else model
            for model_id, model in models.items()
        ],
        names=offered.names,
        missing=missing,
        changes={
            **_NO_CHANGES,
            **snapshot.changes,
            "missing": missing,
            "registered": registered_differences(registered, found, lambda model_id: models[model_id].facts, day),
        },
    )


def _missing(
    snapshot: Snapshot, not_offered: Sequence[RegisteredModel], known: Callable[[str], KnownModel], day: date
) -> list[MissingModel]:
    """Return what was offered once, and what is registered but was never seen on offer."""
    found = registrations(
        not_offered, names_no_longer_offered(snapshot.missing), lambda model_id: known(model_id).aliases
    )
    entries: list[tuple[str, datetime | None, RegisteredModel | None]] = [
        (model_id, _moment(entry["since"]), found.by_offered_id.get(model_id))
        for model_id, entry in snapshot.missing.items()
    ]
    entries += [(model.model_id, None, model) for model in found.not_offered]
    return [
        MissingModel(
            model_id=model_id,
            since=since,
            registered_id=None if held is None else held.id,
            lifecycle=_last_known(known(model_id), held).on(day),
        )
        for model_id, since, held in entries
    ]


def _last_known(known: KnownModel, held: RegisteredModel | None) -> Lifecycle:
    """Return the catalogue's facts about a model that is listed no more, else those that its provider listed last."""
    lifecycle = Lifecycle(lifecycle=known.lifecycle, retires_on=known.retired_on)
    if lifecycle != NOT_TOLD or held is None:
        return lifecycle
    return Lifecycle(lifecycle=held.lifecycle, retires_on=held.retires_on)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _key(state: ModelListState, fetched_at: str, day: date) -> Key:
    return current_caller().organization_id, state.provider_id, state.basis, fetched_at, day
