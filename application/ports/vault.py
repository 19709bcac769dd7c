"""Where providers' secrets are kept: written, used for calls, never shown.

A secret is a text: an API key, or what `application.policies.seal_credential` makes of key and extra headers.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBinding:
    """What a sealed key is good for, and for nothing else: authenticated with the ciphertext.

    `origin` is the endpoint's account (`Endpoint.account`): its origin, with the path where that matters.
    """

    organization_id: UUID
    provider_id: UUID
    version: int
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCredential:
    """A key under envelope encryption: its own data key, wrapped by the master key `master_key_id`.

    `is_current` is whether its provider has a key, and this version of it: a replaced or removed key whose row was put
    back is not, and is never opened.
    """

    binding: KeyBinding
    hint: str
    ciphertext: bytes
    nonce: bytes
    wrapped_key: bytes
    wrap_nonce: bytes
    master_key_id: str
    is_current: bool = True


class Vault(Protocol):
    """Seals keys, and opens the current one for a call to its own origin."""

    def hint(self, api_key: str) -> str:
        """Return what may be shown of a key: an ellipsis and at most its last four characters, if all are printable."""
        ...

    async def seal(self, api_key: str, binding: KeyBinding) -> SealedCredential:
        """Encrypt the key for exactly this binding; nothing is stored yet."""
        ...

    async def open(self, provider_id: UUID, origin: str) -> str | None:
        """Return the provider's current key for a call to this origin, or none when it holds none.

        Raises:
            CredentialUnreadable: it was sealed for another tenant, provider, version or origin, or was tampered with.
            CredentialNotCurrent: it is not the one that the provider's log speaks of.
        """
        ...

    async def unseal(self, sealed: SealedCredential, *, provider_id: UUID, origin: str) -> str:
        """Return the key that a stored credential holds, for a call to this provider of the caller's at this origin.

        Raises:
            CredentialUnreadable: it was sealed for another tenant, provider, version or origin, or was tampered with.
            CredentialNotCurrent: it is not the one that the provider's log speaks of.
        """
        ...


class SealedCredentials(Protocol):
    """Reads the sealed keys of the caller's organization, which are written with the events about them."""

    async def current(self, provider_id: UUID) -> SealedCredential | None:
        """Return the provider's sealed key, none when it holds no key."""
        ...
