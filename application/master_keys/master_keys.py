"""The master keys that wrap the data keys of credentials, for whoever administers them."""

from collections.abc import Mapping
from typing import Protocol

from application.ports.vault import SealedCredential


class MasterKeys(Protocol):
    """The keyring of this process, without the keys."""

    async def ids(self) -> tuple[str, ...]:
        """Return the ids of all keys; the first is the active one, which wraps new data keys."""
        ...

    async def rewrap(self, sealed: SealedCredential) -> SealedCredential:
        """Return the credential with its data key under the active key; what it seals stays as it is.

        Raises:
            CredentialUnreadable: its row was tampered with, or its master key is missing here.
        """
        ...

    async def check(self, sealed: SealedCredential) -> None:
        """Open the credential and forget what is in it.

        Raises:
            CredentialUnreadable: its row was tampered with, or its master key is missing here.
        """
        ...

    async def canaries(self) -> Mapping[str, bytes]:
        """Return a known value under each key, by which another process sees whether it holds the same ones."""
        ...
