"""Remove an organization with everything that is kept of it; its log stays, closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from application.caller import acting_as, current_caller
from application.errors import Conflict, OrganizationNotFound, ProviderNotFound
from domain.organization.aggregate import Organization

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.ports.registered_models import RegisteredModels
    from application.ports.repositories import Models, Organizations, Providers
    from application.recorded_revision import Recorded
    from domain.model.aggregate import Model
    from domain.provider.aggregate import Provider

AT_ONCE: Final = 1_000
"""Models that one transaction removes: whoever writes elsewhere waits no longer than for these."""

_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveOrganization:
    """Destroy an organization's keys and forget all but its log. Platform administrators only."""

    organization_id: UUID


@dataclass(frozen=True, slots=True)
class RemovalPorts:
    """What an organization consists of."""

    organizations: Organizations
    providers: Providers
    models: Models
    directory: RegisteredModels


async def remove_organization(command: RemoveOrganization, *, ports: RemovalPorts) -> Recorded | None:
    """Return the closing event's revision and position, none when it was removed already.

    Broken off, it can be run again: models go a thousand at a time, then the rest in one transaction.

    Raises:
        OrganizationNotFound: nothing was ever written for it.
        Conflict: others keep adding to it.
        Unavailable, CommandOutcomeUnknown: the database could not be reached.
    """
    organization = await ports.organizations.find(command.organization_id)
    if organization is not None and organization.is_removed:
        return None
    if organization is None and not await ports.organizations.has_log():
        raise OrganizationNotFound
    with current_caller().outcome.in_parts():
        return await _removed(command, ports)


async def _removed(command: RemoveOrganization, ports: RemovalPorts) -> Recorded:
    caller = current_caller()
    for step in range(1 << 20):
        with acting_as(replace(caller, command_id=caller.new_id(step))):
            models = await _models(ports)
            if len(models) > AT_ONCE:
                await _remove_models(ports, models[:AT_ONCE])
                continue
            try:
                return await _close(command, ports, models)
            except Conflict:
                if step >= _TRIES + len(models) // AT_ONCE:
                    raise
    raise Conflict


async def _models(ports: RemovalPorts) -> list[UUID]:
    return [
        entry.id
        for provider_id in await ports.directory.all_providers()
        for entry in await ports.directory.models_of(provider_id)
    ]


async def _remove_models(ports: RemovalPorts, model_ids: Sequence[UUID]) -> None:
    models = list((await ports.models.get_many(model_ids)).values())
    for model in models:
        model.remove()
    await ports.models.save_all(models)


async def _close(command: RemoveOrganization, ports: RemovalPorts, model_ids: Sequence[UUID]) -> Recorded:
    organization = await ports.organizations.find(command.organization_id)
    if organization is None:
        # Nobody has named it; an aggregate begins with its registration all the same.
        organization = Organization.register(command.organization_id, name=str(command.organization_id))
    gone: list[Provider | Model] = list((await ports.models.get_many(model_ids)).values())
    for provider_id in await ports.directory.all_providers():
        try:
            gone.append(await ports.providers.get(provider_id))
        except ProviderNotFound:
            raise Conflict from None
    for thing in gone:
        thing.remove()
    organization.remove()
    return await ports.organizations.save_removed(organization, gone)
