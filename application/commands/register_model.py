"""Register a model."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from application.caller import current_caller
from application.errors import ProviderNotFound
from application.policies.base_models import base_model, known_model
from application.policies.fill_model_facts import GivenFacts, filled
from application.ports.catalogue import Catalogue
from application.ports.registered_models import ProviderEntry, RegisteredModels
from application.ports.repositories import Models
from application.recorded_revision import Recorded
from domain.model.aggregate import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterModel:
    """Begin to use a provider's model. Editors and administrators; what is left out is filled from the catalogue."""

    provider_id: UUID
    model_id: str
    given: GivenFacts = field(default_factory=GivenFacts)
    config: dict[str, Any] = field(default_factory=dict)
    is_enabled: bool = True


async def register_model(
    command: RegisterModel, *, models: Models, directory: RegisteredModels, catalogue: Catalogue
) -> Recorded:
    """Return the new model's id and revision.

    Raises:
        ProviderNotFound: the organization has no such provider.
        ModelAlreadyRegistered: the provider's model is registered already.
        QuotaReached: the organization has as many as it may have.
        InvalidValue: a value is outside what its field allows.
    """
    provider = (await directory.providers([command.provider_id])).get(command.provider_id)
    if provider is None:
        raise ProviderNotFound
    return await models.save(new_model(command, provider, catalogue, current_caller().new_id()))


def new_model(command: RegisterModel, provider: ProviderEntry, catalogue: Catalogue, model_id: UUID) -> Model:
    """Return the model that the command requests, filled in, not saved yet."""
    known = known_model(catalogue, provider, command.model_id, base_model(command.config))
    facts = filled(command.model_id, command.given, known)
    return facts.registered(
        model_id,
        provider_id=provider.id,
        model_id=command.model_id,
        config=command.config,
        is_enabled=command.is_enabled,
    )
