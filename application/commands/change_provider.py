"""Change a provider."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from application.policies.change_secrets import SecretsChange, change_connection
from application.policies.merge_patch import merge_patch
from application.policies.newest_revision import SeenFields, on_newest, patched_members
from application.ports.provider_gateway import ProviderGateway
from application.ports.repositories import Providers
from application.ports.vault import Vault
from application.recorded_revision import Recorded
from application.unset import UNSET, Unset
from domain.provider.aggregate import Provider
from domain.provider.errors import ProviderTypeFixed


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProvider:
    """Change what is mentioned, leave the rest. Administrators only.

    A null endpoint means the type's own; `settings` replaces them all, `settings_patch` is merged into them (RFC 7396).
    """

    provider_id: UUID
    expected_revision: int | None = None
    provider_type: str | Unset = UNSET
    name: str | Unset = UNSET
    endpoint: str | Unset | None = UNSET
    settings: dict[str, Any] | Unset = UNSET
    settings_patch: dict[str, Any] | Unset = UNSET
    secrets: SecretsChange = field(default_factory=SecretsChange)
    is_enabled: bool | Unset = UNSET


async def change_provider(
    command: ChangeProvider, *, providers: Providers, gateway: ProviderGateway, vault: Vault
) -> Recorded:
    """Return the provider's revision after the change, the old one when it changes nothing.

    Raises:
        ProviderNotFound: the organization has no such provider.
        StaleRevision: its revision is not the expected one.
        FieldsChanged: another command changed the same fields at the same time. Other fields do not matter.
        ProviderNameTaken: another provider has this name.
        CredentialRequired, ExtraHeadersRequired: the endpoint leads to another account, and a secret for it is missing.
        CredentialUnreadable: only one of key and extra headers changes, and what is kept cannot be opened.
        InvalidInput, EndpointRefused: a setting, an extra header or the endpoint is not allowed.
    """
    seen = SeenFields()

    async def change() -> Recorded:
        provider = await providers.get(command.provider_id, expected_revision=command.expected_revision)
        seen.check(_mentioned_fields(provider, command))
        _apply(provider, command, gateway)
        endpoint = None
        if not isinstance(command.endpoint, Unset):
            endpoint = gateway.checked_endpoint(provider.provider_type, command.endpoint)
        credential = await change_connection(provider, endpoint, command.secrets, vault=vault, gateway=gateway)
        return await providers.save(provider, credential=credential)

    return await on_newest(change)


def _mentioned_fields(provider: Provider, command: ChangeProvider) -> dict[str, Any]:
    """Return what the provider holds in the fields that the command changes, by their pointers in a patch."""
    # Secrets are for one endpoint: who changes one of them has seen all.
    connection = (provider.endpoint, provider.has_credential, provider.secrets_version)
    held = {
        "/name": (command.name, provider.name),
        "/settings": (command.settings, provider.settings),
        "/isEnabled": (command.is_enabled, provider.is_enabled),
        "/endpoint": (command.endpoint, connection),
        "/apiKey": (connection if command.secrets.names_key else UNSET, connection),
        "/extraHeaders": (connection if command.secrets.names_headers else UNSET, connection),
    }
    fields: dict[str, Any] = {
        pointer: value for pointer, (wanted, value) in held.items() if not isinstance(wanted, Unset)
    }
    if not isinstance(command.settings_patch, Unset):
        fields |= patched_members("/settings", provider.settings, command.settings_patch)
    return fields


def _apply(provider: Provider, command: ChangeProvider, gateway: ProviderGateway) -> None:
    if command.provider_type not in (UNSET, provider.provider_type):
        raise ProviderTypeFixed
    if not isinstance(command.name, Unset):
        provider.rename(command.name)
    settings = command.settings
    if not isinstance(command.settings_patch, Unset):
        settings = merge_patch(provider.settings, command.settings_patch)
    if not isinstance(settings, Unset):
        provider.change_settings(gateway.checked_settings(provider.provider_type, settings))
    if not isinstance(command.is_enabled, Unset):
        provider.enable() if command.is_enabled else provider.disable()
