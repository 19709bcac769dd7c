"""Storage of sealed keys; only the vault opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID

    from application.ports.vault import SealedCredential


class SealedCredentials(Protocol):
    """Reads the sealed keys of the caller's organization; they are written with the events that speak of them."""

    async def current(self, provider_id: UUID) -> SealedCredential | None:
        """Return the provider's sealed key, none when it holds no key."""
        ...
