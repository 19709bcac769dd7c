"""Bring a provider back to how it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from application.policies.check_reverts import check_revision, reverting
from application.policies.newest_revision import on_newest
from application.policies.seal_credential import new_credential, sealed

if TYPE_CHECKING:
    from uuid import UUID

    from application.ports.provider_gateway import ProviderGateway
    from application.ports.repositories import Providers
    from application.ports.vault import Vault
    from application.recorded_revision import Recorded
    from domain.provider.aggregate import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertProvider:
    """Make name, endpoint, settings and use what they were at a revision. Administrators only.

    An earlier key never comes back: the provider keeps the one it has, or gets the one that is given here.
    """

    provider_id: UUID
    to_revision: int
    expected_revision: int | None = None
    api_key: str | None = field(default=None, repr=False)


async def revert_provider(
    command: RevertProvider, *, providers: Providers, gateway: ProviderGateway, vault: Vault
) -> Recorded:
    """Return the provider's revision afterwards, the old one when it is as it was already.

    Raises:
        ProviderNotFound: there is no such provider, or it was removed.
        StaleRevision: its revision is not the expected one.
        Conflict: other commands changed it at the same time, too often.
        ProviderNameTaken: another provider has this name.
        CredentialRequired: the endpoint's origin was another and no key came with the command.
        InvalidInput, EndpointRefused: there is no such revision, or what it had is no longer allowed.
    """

    async def change() -> Recorded:
        provider = await providers.get(command.provider_id, expected_revision=command.expected_revision)
        check_revision(provider, command.to_revision)
        earlier = await providers.get_at(command.provider_id, command.to_revision)
        provider.rename(earlier.name)
        _revert_connection(provider, earlier, command, gateway, vault)
        if earlier.settings != provider.settings:
            provider.change_settings(gateway.checked_settings(provider.provider_type, earlier.settings))
        provider.enable() if earlier.is_enabled else provider.disable()
        with reverting(command.to_revision):
            return await providers.save(provider, credential=await sealed(vault, provider, command.api_key))

    return await on_newest(change)


def _revert_connection(
    provider: Provider, earlier: Provider, command: RevertProvider, gateway: ProviderGateway, vault: Vault
) -> None:
    """What was allowed once may be refused today: the rules for addresses are those of now."""
    credential = new_credential(vault, command.api_key)
    if earlier.endpoint != provider.endpoint:
        provider.move(gateway.checked_endpoint(provider.provider_type, earlier.endpoint), credential)
    elif credential is not None:
        provider.replace_credential(credential)
