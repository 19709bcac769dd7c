"""The vault: envelope encryption on top of a store of sealed keys."""

import logging
from dataclasses import replace
from typing import Final
from uuid import UUID

from adapters.vault.envelope import Envelope, hint
from application.caller import current_caller
from application.errors import CredentialNotCurrent
from application.ports.vault import KeyBinding, SealedCredential, SealedCredentials

_LOGGER: Final = logging.getLogger(__name__)


class EnvelopeVault:
    """Implements `application.ports.vault.Vault`."""

    def __init__(self, envelope: Envelope, credentials: SealedCredentials) -> None:
        self._envelope = envelope
        self._credentials = credentials

    def hint(self, api_key: str) -> str:
        return hint(api_key)

    async def seal(self, api_key: str, binding: KeyBinding) -> SealedCredential:
        return self._envelope.seal(api_key, binding)

    async def open(self, provider_id: UUID, origin: str) -> str | None:
        stored = await self._credentials.current(provider_id)
        return None if stored is None else await self.unseal(stored, provider_id=provider_id, origin=origin)

    async def unseal(self, sealed: SealedCredential, *, provider_id: UUID, origin: str) -> str:
        if not sealed.is_current:
            _LOGGER.error(
                "credential-not-current: version %d of the key of provider %s of organization %s is stored, but is not "
                "the one that the log speaks of; it is not used",
                sealed.binding.version,
                provider_id,
                current_caller().organization_id,
            )
            raise CredentialNotCurrent
        # The binding is what the caller is about to do, not what the row says about itself.
        binding = KeyBinding(
            organization_id=current_caller().organization_id,
            provider_id=provider_id,
            version=sealed.binding.version,
            origin=origin,
        )
        return self._envelope.open(replace(sealed, binding=binding))
