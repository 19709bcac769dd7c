"""Bring a provider back to how it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from application.policies.change_secrets import SecretsChange, change_connection
from application.policies.check_reverts import check_revision, reverting
from application.policies.newest_revision import on_newest
from application.ports.provider_gateway import ProviderGateway
from application.ports.repositories import Providers
from application.ports.vault import Vault
from application.recorded_revision import Recorded
from application.unset import UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertProvider:
    """Make name, endpoint, settings and use what they were at a revision. Administrators only.

    Earlier keys and extra headers never come back: the provider keeps those it has, or gets those given here.
    """

    provider_id: UUID
    to_revision: int
    expected_revision: int | None = None
    api_key: str | None = field(default=None, repr=False)
    extra_headers: Mapping[str, str] | None = field(default=None, repr=False)


async def revert_provider(
    command: RevertProvider, *, providers: Providers, gateway: ProviderGateway, vault: Vault
) -> Recorded:
    """Return the provider's revision afterwards, the old one when it is as it was already.

    Raises:
        ProviderNotFound: there is no such provider, or it was removed.
        StaleRevision: its revision is not the expected one.
        Conflict: other commands changed it at the same time, too often.
        ProviderNameTaken: another provider has this name.
        CredentialRequired, ExtraHeadersRequired: the account was another, and a secret did not come with the command.
        CredentialUnreadable: only one of key and extra headers is given, and what is kept cannot be opened.
        InvalidInput, EndpointRefused: there is no such revision, or what it had is no longer allowed.
    """
    secrets = SecretsChange(
        api_key=UNSET if command.api_key is None else command.api_key,
        extra_headers=UNSET if command.extra_headers is None else command.extra_headers,
    )

    async def change() -> Recorded:
        provider = await providers.get(command.provider_id, expected_revision=command.expected_revision)
        check_revision(provider, command.to_revision)
        earlier = await providers.get_at(command.provider_id, command.to_revision)
        provider.rename(earlier.name)
        endpoint = None
        if earlier.endpoint != provider.endpoint:
            # What was allowed once may be refused today: the rules for addresses are those of now.
            endpoint = gateway.checked_endpoint(provider.provider_type, earlier.endpoint)
        credential = await change_connection(provider, endpoint, secrets, vault=vault, gateway=gateway)
        if earlier.settings != provider.settings:
            provider.change_settings(gateway.checked_settings(provider.provider_type, earlier.settings))
        provider.enable() if earlier.is_enabled else provider.disable()
        with reverting(command.to_revision):
            return await providers.save(provider, credential=credential)

    return await on_newest(change)
