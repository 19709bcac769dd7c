"""The secrets of a provider: its API key and the values of its extra headers, sealed as one for its account."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from application.caller import current_caller
from application.ports.provider_gateway import ProviderGateway
from application.ports.vault import KeyBinding, SealedCredential, Vault
from domain.provider.aggregate import Provider
from domain.provider.values import Endpoint, NewCredential

# No key begins so. A key alone is sealed as it is.
_WITH_HEADERS: Final = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSecrets:
    """What is sent with every call to a provider and shown to nobody. `extra_headers` are values by name."""

    api_key: str | None = field(default=None, repr=False)
    extra_headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        """The secrets as one text, for the vault."""
        if not self.extra_headers:
            return self.api_key or ""
        return _WITH_HEADERS + json.dumps({"apiKey": self.api_key, "extraHeaders": dict(self.extra_headers)})


def read_secrets(text: str | None) -> ProviderSecrets:
    """Return the secrets of which `ProviderSecrets.text` is the text; none of them for none."""
    if text is None or not text.startswith(_WITH_HEADERS):
        return ProviderSecrets(api_key=text)
    document = json.loads(text)
    return ProviderSecrets(api_key=document["apiKey"], extra_headers=document["extraHeaders"])


def account_of(provider: Provider, gateway: ProviderGateway) -> str:
    """Return what the provider's secrets are bound to (`Endpoint.account`)."""
    in_path = gateway.is_account_in_path(provider.provider_type)
    return Endpoint(provider.endpoint, provider.origin, is_account_in_path=in_path).account


async def opened_secrets(vault: Vault, gateway: ProviderGateway, provider: Provider) -> ProviderSecrets:
    """Return the provider's secrets.

    Raises:
        CredentialUnreadable: they cannot be decrypted, or are not those that the log speaks of.
    """
    return read_secrets(await vault.open(provider.id, account_of(provider, gateway)))


def new_credential(vault: Vault, api_key: str | None) -> NewCredential | None:
    """Return the new credential's event facts; None without a key."""
    return None if api_key is None else NewCredential(hint=vault.hint(api_key))


async def sealed(
    vault: Vault, gateway: ProviderGateway, provider: Provider, secrets: ProviderSecrets
) -> SealedCredential | None:
    """Return the secrets sealed for the provider as it is now: their newest version, its account. None without any."""
    if not provider.has_secrets:
        return None
    binding = KeyBinding(
        organization_id=current_caller().organization_id,
        provider_id=provider.id,
        version=provider.secrets_version,
        origin=account_of(provider, gateway),
    )
    return await vault.seal(secrets.text, binding)
