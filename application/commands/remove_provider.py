"""Remove a provider."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from application.caller import acting_as, current_caller
from application.errors import ProviderHasModels
from application.policies.newest_revision import on_newest
from application.ports.registered_models import RegisteredModels
from application.ports.repositories import Models, Providers
from application.recorded_revision import Recorded
from domain.model.aggregate import Model
from domain.provider.aggregate import Provider

MOST_NAMED: Final = 100

AT_ONCE: Final = 1_000
"""Models that one transaction removes: whoever writes elsewhere in the organization waits no longer than for these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProvider:
    """Close the account and destroy its key. Administrators only; its models go with it only when `cascade` says so."""

    provider_id: UUID
    expected_revision: int | None = None
    cascade: bool = False


async def remove_provider(
    command: RemoveProvider,
    *,
    providers: Providers,
    models: Models,
    directory: RegisteredModels,
    at_once: int = AT_ONCE,
) -> Recorded:
    """Return the provider's last revision; provider, models and key go in one transaction.

    Of a provider with more than `at_once` models these go first, so many at a time, and the rest with the provider: no
    other writer of the organization waits for more than one such part, and no more than one is held in memory. Broken
    off, it can be run again.

    Raises:
        ProviderNotFound: the organization has no such provider.
        StaleRevision: its revision is not the expected one.
        Conflict: other commands changed it at the same time, too often.
        ProviderHasModels: models are registered from it and `cascade` was not requested; it names the first of them.
    """

    async def change() -> Recorded:
        provider = await providers.get(command.provider_id, expected_revision=command.expected_revision)
        count = await directory.count_of(command.provider_id)
        if count and not command.cascade:
            first = await directory.models_of(command.provider_id, limit=MOST_NAMED)
            raise ProviderHasModels([(entry.id, entry.model_id, entry.name) for entry in first], count)
        if not command.cascade:
            # A model that is registered at this moment is the database's to refuse, and nobody's to remove.
            provider.remove()
            return await providers.save(provider)
        parts = _Parts(command.provider_id, models, directory, at_once)
        if count <= at_once:
            return await _remove(provider, providers, parts)
        with current_caller().outcome.in_parts():
            await _remove_in_parts(parts, count)
            return await _remove(provider, providers, parts)

    return await on_newest(change)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A provider's models, so many at a time."""

    provider_id: UUID
    models: Models
    directory: RegisteredModels
    at_once: int

    async def removed(self) -> list[Model]:
        """Return the next ones, removed but not saved."""
        entries = await self.directory.models_of(self.provider_id, limit=self.at_once)
        removed = list((await self.models.get_many([entry.id for entry in entries])).values()) if entries else []
        for model in removed:
            model.remove()
        return removed


async def _remove(provider: Provider, providers: Providers, parts: _Parts) -> Recorded:
    removed = await parts.removed()
    provider.remove()
    return await providers.save(provider, with_models=removed)


async def _remove_in_parts(parts: _Parts, count: int) -> None:
    """Remove so many models that one transaction takes the rest.

    A part is known by how many models there were before it, so that a repetition of the command continues after those
    that were executed.
    """
    caller = current_caller()
    for _ in range(2 * (count // parts.at_once + 1)):
        left = await parts.directory.count_of(parts.provider_id)
        if left <= parts.at_once:
            return
        with acting_as(replace(caller, command_id=caller.new_id(left))):
            await parts.models.save_all(await parts.removed())
