"""How a key that was handed over is bound to the provider it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.caller import current_caller
from application.ports.vault import KeyBinding
from domain.provider.values import NewCredential

if TYPE_CHECKING:
    from application.ports.vault import SealedCredential, Vault
    from domain.provider.aggregate import Provider


def new_credential(vault: Vault, api_key: str | None) -> NewCredential | None:
    """Return the new credential's event facts; None without a key."""
    return None if api_key is None else NewCredential(hint=vault.hint(api_key))


async def sealed(vault: Vault, provider: Provider, api_key: str | None) -> SealedCredential | None:
    """Return the key sealed for the provider as it is now: its newest credential version and its origin."""
    if api_key is None:
        return None
    binding = KeyBinding(
        organization_id=current_caller().organization_id,
        provider_id=provider.id,
        version=provider.credential_version,
        origin=provider.origin,
    )
    return await vault.seal(api_key, binding)
