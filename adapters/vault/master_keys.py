"""The master keys, for administrators."""

from collections.abc import Mapping

from adapters.vault.envelope import Envelope
from adapters.vault.keyring import MasterKeyring
from application.ports.vault import SealedCredential


class EnvelopeMasterKeys:
    """Implements `application.master_keys.master_keys.MasterKeys`."""

    def __init__(self, envelope: Envelope, keyring: MasterKeyring) -> None:
        self._envelope = envelope
        self._keyring = keyring

    async def ids(self) -> tuple[str, ...]:
        return self._keyring.ids

    async def rewrap(self, sealed: SealedCredential) -> SealedCredential:
        return self._envelope.rewrap(sealed)

    async def check(self, sealed: SealedCredential) -> None:
        self._envelope.open(sealed)

    async def canaries(self) -> Mapping[str, bytes]:
        return self._envelope.canary()
