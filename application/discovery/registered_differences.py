"""What is registered of a provider's models beside what it offers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from application.discovery.model_names import ModelNames
from application.discovery.synchronise_model import Difference, differences
from application.policies.fill_model_facts import ModelFacts
from application.ports.registered_models import RegisteredModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrations:
    """Which registered model is which offered one, under whatever name it was registered."""

    by_offered_id: Mapping[str, RegisteredModel]
    offered_ids: Mapping[UUID, str] = field(default_factory=dict)
    not_offered: Sequence[RegisteredModel] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredDifference:
    """A registered model that differs from what is offered, and where."""

    model_id: str
    registered_model_id: UUID
    fields: Sequence[Difference]


def registrations(
    registered: Sequence[RegisteredModel], names: ModelNames, aliases_of: Callable[[str], Sequence[str]]
) -> Registrations:
    """Return the registrations; where several are one offered model, the one under its own id represents it.

    `aliases_of` gives further names of a model that the offered ones do not bear.
    """
    offered_ids: dict[UUID, str] = {}
    by_offered_id: dict[str, RegisteredModel] = {}
    not_offered = []
    for model in registered:
        offered_id = names.find(model.model_id) or names.find(model.model_id, aliases_of(model.model_id))
        if offered_id is None:
            not_offered.append(model)
            continue
        offered_ids[model.id] = offered_id
        if model.model_id == offered_id:
            by_offered_id[offered_id] = model
        else:
            by_offered_id.setdefault(offered_id, model)
    return Registrations(by_offered_id=by_offered_id, offered_ids=offered_ids, not_offered=not_offered)


def registered_differences(
    registered: Sequence[RegisteredModel], found: Registrations, facts_of: Callable[[str], ModelFacts], day: date
) -> list[RegisteredDifference]:
    """Return each registered model that differs that day from what is offered, field by field."""
    differing = []
    for model in registered:
        offered_id = found.offered_ids.get(model.id)
        fields = [] if offered_id is None else differences(model, facts_of(offered_id), day)
        if fields:
            differing.append(RegisteredDifference(model_id=model.model_id, registered_model_id=model.id, fields=fields))
    return differing
