"""Remove an organization with everything that is kept of it; its log stays, closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from application.access_keys.access_keys import AccessKeys, KeySecrets
from application.caller import acting_as, current_caller
from application.errors import Conflict, OrganizationNotFound, ProviderNotFound
from application.members.members import MemberDocuments, Members
from application.ports.registered_models import RegisteredModels
from application.ports.repositories import Gone, Models, Organizations, Providers
from application.recorded_revision import Recorded
from application.webhooks.webhooks import WebhookDocuments, Webhooks
from domain.access_key.aggregate import AccessKey
from domain.model.aggregate import Model
from domain.organization.aggregate import Organization
from domain.provider.aggregate import Provider

AT_ONCE: Final = 1_000
"""Models that one transaction removes: whoever writes elsewhere waits no longer than for these."""

_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveOrganization:
    """Destroy an organization's keys and forget all but its log. Platform administrators only."""

    organization_id: UUID


async def remove_organization(
    command: RemoveOrganization,
    *,
    organizations: Organizations,
    providers: Providers,
    models: Models,
    directory: RegisteredModels,
    keys: AccessKeys,
    secrets: KeySecrets,
    webhooks: Webhooks,
    webhook_documents: WebhookDocuments,
    members: Members,
    member_documents: MemberDocuments,
) -> Recorded | None:
    """Return the closing event's revision and position, none when it was removed already.

    Broken off, it can be run again: models and access keys go a thousand at a time, then the rest in one transaction.

    Raises:
        OrganizationNotFound: nothing was ever written for it.
        Conflict: others keep adding to it.
        Unavailable, CommandOutcomeUnknown: the database could not be reached.
    """
    organization = await organizations.find(command.organization_id)
    if organization is not None and organization.is_removed:
        return None
    if organization is None and not await organizations.has_log():
        raise OrganizationNotFound
    caller = current_caller()
    with caller.outcome.in_parts():
        for step in range(1 << 20):
            with acting_as(replace(caller, command_id=caller.new_id(step))):
                model_ids = await _model_ids(directory)
                if len(model_ids) > AT_ONCE:
                    await _remove_models(models, model_ids[:AT_ONCE])
                    continue
                key_ids = await secrets.all_ids()
                if len(key_ids) > AT_ONCE:
                    await _revoke_keys(keys, key_ids[:AT_ONCE])
                    continue
                try:
                    gone: list[Gone] = [*await _models(models, model_ids)]
                    gone += (await keys.get_many(key_ids)).values()
                    gone += (await webhooks.get_many(await webhook_documents.all_ids())).values()
                    gone += (await members.get_many(await member_documents.all_ids())).values()
                    gone += await _providers(providers, directory)
                    return await _close(command, organizations, gone)
                except Conflict:
                    if step >= _TRIES + (len(model_ids) + len(key_ids)) // AT_ONCE:
                        raise
    raise Conflict


async def _model_ids(directory: RegisteredModels) -> list[UUID]:
    return [
        entry.id for provider_id in await directory.all_providers() for entry in await directory.models_of(provider_id)
    ]


async def _models(models: Models, model_ids: Sequence[UUID]) -> list[Model]:
    return list((await models.get_many(model_ids)).values())


async def _remove_models(models: Models, model_ids: Sequence[UUID]) -> None:
    gone = await _models(models, model_ids)
    for model in gone:
        model.remove()
    await models.save_all(gone)


async def _revoke_keys(keys: AccessKeys, key_ids: Sequence[UUID]) -> None:
    gone = list((await keys.get_many(key_ids)).values())
    for key in gone:
        key.revoke()
    await keys.save_all(gone)


async def _providers(providers: Providers, directory: RegisteredModels) -> list[Provider]:
    try:
        return [await providers.get(provider_id) for provider_id in await directory.all_providers()]
    except ProviderNotFound:
        raise Conflict from None


async def _close(command: RemoveOrganization, organizations: Organizations, gone: Sequence[Gone]) -> Recorded:
    organization = await organizations.find(command.organization_id)
    if organization is None:
        # Nobody has named it; an aggregate begins with its registration all the same.
        organization = Organization.register(command.organization_id, name=str(command.organization_id))
    for thing in gone:
        thing.revoke() if isinstance(thing, AccessKey) else thing.remove()
    organization.remove()
    return await organizations.save_removed(organization, gone)
