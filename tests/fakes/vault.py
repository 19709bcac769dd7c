"""The vault without a database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.vault.envelope import Envelope, hint
from adapters.vault.keyring import Keyring
from application.caller import current_caller

if TYPE_CHECKING:
    from uuid import UUID

    from application.ports.vault import KeyBinding, SealedCredential


class FakeVault:
    """Keeps sealed credentials in a dict, under real encryption; what a row says of its binding is not believed."""

    def __init__(self, keyring: Keyring | None = None) -> None:
        self._envelope = Envelope(keyring or Keyring.generate("test"))
        self._stored: dict[tuple[UUID, UUID], SealedCredential] = {}

    def hint(self, api_key: str) -> str:
        return hint(api_key)

    async def seal(self, api_key: str, binding: KeyBinding) -> SealedCredential:
        return self._envelope.seal(api_key, binding)

    async def open(self, provider_id: UUID, origin: str) -> str | None:
        organization_id = current_caller().organization_id
        sealed = self._stored.get((organization_id, provider_id))
        if sealed is None:
            return None
        expected = replace(sealed.binding, organization_id=organization_id, provider_id=provider_id, origin=origin)
        return self._envelope.open(replace(sealed, binding=expected))

    def store(self, sealed: SealedCredential) -> None:
        """Keep it as its provider's current credential, as the transaction of the command that brought it does."""
        self._stored[sealed.binding.organization_id, sealed.binding.provider_id] = sealed

    def destroy(self, organization_id: UUID, provider_id: UUID) -> None:
        """Forget the provider's credential."""
        self._stored.pop((organization_id, provider_id), None)
