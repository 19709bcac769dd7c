"""Register a provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from application.caller import current_caller
from application.policies.extra_headers import merged_headers
from application.policies.seal_credential import ProviderSecrets, new_credential, sealed
from application.ports.provider_gateway import ProviderGateway
from application.ports.repositories import Providers
from application.ports.vault import Vault
from application.recorded_revision import Recorded
from domain.provider.aggregate import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterProvider:
    """Open an account with an AI provider. Administrators only; without an endpoint the type's own is used."""

    name: str
    provider_type: str
    endpoint: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    api_key: str | None = field(default=None, repr=False)
    extra_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_enabled: bool = True


async def register_provider(
    command: RegisterProvider, *, providers: Providers, gateway: ProviderGateway, vault: Vault
) -> Recorded:
    """Return the new provider's id and revision.

    Its key and the values of its extra headers are sealed for its account, and never shown again.

    Raises:
        InvalidInput: there is no such type, or a setting or an extra header is wrong.
        EndpointRefused: the endpoint may not be connected to.
        ProviderNameTaken: the name belongs to another provider.
        QuotaReached: the organization has as many as it may have.
    """
    secrets = ProviderSecrets(
        api_key=command.api_key,
        extra_headers=merged_headers({}, command.extra_headers, own=gateway.own_headers(command.provider_type)),
    )
    provider = Provider.register(
        current_caller().new_id(),
        name=command.name,
        provider_type=command.provider_type,
        endpoint=gateway.checked_endpoint(command.provider_type, command.endpoint),
        settings=gateway.checked_settings(command.provider_type, command.settings),
        credential=new_credential(vault, secrets.api_key),
        extra_headers=list(secrets.extra_headers),
        is_enabled=command.is_enabled,
    )
    return await providers.save(provider, credential=await sealed(vault, gateway, provider, secrets))
