"""All sealed credentials of all organizations, for whoever administers the master keys."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from application.errors import Conflict
from application.ports.vault import SealedCredential

Place = tuple["UUID", "UUID"]
"""An organization and a provider of it."""


class RotationUnderWay(Conflict):
    """The master key is being rotated already; wait until that is over."""

    code = "rotation-under-way"


class CredentialStock(Protocol):
    """Counts and re-wraps; nothing that is sealed is opened or changed."""

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Let nobody else rotate while the block lasts; ends with this process, however that ends.

        Raises:
            RotationUnderWay: somebody does already.
        """
        ...

    async def counts(self) -> Mapping[str, int]:
        """Return the number of credentials that each master key wraps; keys that wrap none are left out."""
        ...

    async def under_others(self, active_id: str, after: Place | None, limit: int) -> Sequence[SealedCredential]:
        """Return credentials that another key wraps, in the order of organizations and providers, after a place."""
        ...

    async def exchange(self, pairs: Sequence[tuple[SealedCredential, SealedCredential]]) -> int:
        """Put the second of each pair in the place of the first, and return in how many cases that was still there.

        One that somebody is writing at this moment is left to them.
        """
        ...

    async def known_keys(self) -> Collection[str]:
        """Return the ids of the master keys that a service was ever started with, and that are not forgotten."""
        ...

    async def know_keys(self, canaries: Mapping[str, bytes]) -> None:
        """Remember keys by the known value under each; one that is remembered already stays as it is."""
        ...

    async def forget_keys(self, kept: Collection[str]) -> Sequence[str]:
        """Forget the keys that are neither kept nor wrap anything, and return their ids."""
        ...
