"""What providers last offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID

    from application.policies.change_sets import Snapshot


class Snapshots(Protocol):
    """Keeps the newest complete answer of each provider of the caller's organization, for all processes.

    A lease makes sure that one process at a time asks a provider; one that died holds it for at most its seconds.
    """

    async def latest(self, provider_id: UUID) -> Snapshot | None:
        """Return the newest snapshot, none before the first."""
        ...

    async def keep(self, provider_id: UUID, snapshot: Snapshot) -> None:
        """Replace the snapshot, unless a newer one is kept already."""
        ...

    async def lease(self, provider_id: UUID, holder: UUID, seconds: float) -> bool:
        """Take the right to ask the provider; tell whether it was free."""
        ...

    async def release(self, provider_id: UUID, holder: UUID) -> None:
        """Give the right back; does nothing when it is another's by now."""
        ...
