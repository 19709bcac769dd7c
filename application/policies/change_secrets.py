"""What becomes of a provider's secrets when a command names its key, its extra headers or another endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from application.policies.extra_headers import merged_headers
from application.policies.seal_credential import ProviderSecrets, new_credential, opened_secrets, sealed
from application.ports.provider_gateway import ProviderGateway
from application.ports.vault import SealedCredential, Vault
from application.unset import UNSET, Unset
from domain.provider.aggregate import Provider
from domain.provider.errors import ExtraHeadersRequired
from domain.provider.values import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsChange:
    """The secrets in a command. A null key removes the key, and null headers remove all of them.

    `extra_headers` replaces all headers, `extra_headers_patch` is merged into them (RFC 7396).
    """

    api_key: str | Unset | None = field(default=UNSET, repr=False)
    extra_headers: Mapping[str, str] | Unset | None = field(default=UNSET, repr=False)
    extra_headers_patch: Mapping[str, str | None] | Unset = field(default=UNSET, repr=False)

    @property
    def names_key(self) -> bool:
        """Whether the key is replaced or removed."""
        return not isinstance(self.api_key, Unset)

    @property
    def names_headers(self) -> bool:
        """Whether a header is added, replaced or removed."""
        patch = self.extra_headers_patch
        return not isinstance(self.extra_headers, Unset) or (not isinstance(patch, Unset) and bool(patch))


async def change_connection(
    provider: Provider, endpoint: Endpoint | None, change: SecretsChange, *, vault: Vault, gateway: ProviderGateway
) -> SealedCredential | None:
    """Change the endpoint, if one is given, and the secrets; return what is to be sealed again, none if nothing is.

    What is kept is opened and sealed again with what is new; nothing that was held for one account is sent to another.

    Raises:
        CredentialRequired, ExtraHeadersRequired: the account changes and a secret for it is missing.
        CredentialUnreadable: what would be kept cannot be opened; not raised where all secrets are given again.
        InvalidInput: an extra header is not allowed.
    """
    before = provider.secrets_version
    is_moved = endpoint is not None and provider.changes_account(endpoint)
    if is_moved:
        _require_every_header(provider, change)
    held = ProviderSecrets()
    keeps_key = provider.has_credential and not change.names_key
    keeps_headers = bool(provider.extra_headers) and isinstance(change.extra_headers, Unset)
    if not is_moved and (change.names_key or change.names_headers) and (keeps_key or keeps_headers):
        held = await opened_secrets(vault, gateway, provider)
    after = ProviderSecrets(
        api_key=held.api_key if isinstance(change.api_key, Unset) else change.api_key,
        extra_headers=_headers(provider, held, change, gateway),
    )
    _apply(provider, endpoint, change, after, vault)
    return await sealed(vault, gateway, provider, after) if provider.secrets_version != before else None


def _require_every_header(provider: Provider, change: SecretsChange) -> None:
    """Check that a patch covers every header: none may be sent to another account, none may be lost silently."""
    if isinstance(change.extra_headers_patch, Unset):
        return
    named = {name.lower() for name in change.extra_headers_patch}
    if any(name.lower() not in named for name in provider.extra_headers):
        raise ExtraHeadersRequired


def _headers(
    provider: Provider, held: ProviderSecrets, change: SecretsChange, gateway: ProviderGateway
) -> Mapping[str, str]:
    own = gateway.own_headers(provider.provider_type)
    if not isinstance(change.extra_headers, Unset):
        return merged_headers({}, change.extra_headers or {}, own=own)
    patch = change.extra_headers_patch
    return held.extra_headers if isinstance(patch, Unset) else merged_headers(held.extra_headers, patch, own=own)


def _apply(
    provider: Provider, endpoint: Endpoint | None, change: SecretsChange, after: ProviderSecrets, vault: Vault
) -> None:
    names = list(after.extra_headers) if change.names_headers else None
    credential = new_credential(vault, after.api_key) if change.names_key else None
    if change.names_key and credential is None:
        # Before the endpoint changes: what is gone cannot be sent anywhere.
        provider.remove_credential()
    if endpoint is not None:
        provider.move(endpoint, credential, names)
        return
    if credential is not None:
        provider.replace_credential(credential)
    if names is not None:
        provider.change_extra_headers(names)
