"""What organizations use of one process at a time, each within its quotas, so that none takes it from the others."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

from application.bounds.quotas import QUOTAS
from application.errors import RateLimited
from application.ports.rate_limits import Quota

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from uuid import UUID

    from application.bounds.organization_quotas import OrganizationQuotas

_SHORTLY: Final = 1

Place = tuple[str, "UUID"]


def share_reached(name: str, most: int) -> RateLimited:
    """Return the refusal of somebody who has as much as the quota allows."""
    what = QUOTAS[name].what
    return RateLimited(
        Quota(name=name, what=what, requests=most, seconds=_SHORTLY),
        _SHORTLY,
        f"Your organization may have {most:,} {what} at the same time, and has; try again in a second.",
    )


class Shares:
    """Counts what each organization holds of each share, by the share's name."""

    def __init__(self, quotas: OrganizationQuotas) -> None:
        self._quotas = quotas
        self._held: dict[Place, int] = {}
        self._waiting: dict[Place, deque[asyncio.Future[None]]] = {}

    def held(self, name: str, organization_id: UUID) -> int:
        """Return how much the organization holds."""
        return self._held.get((name, organization_id), 0)

    def most(self, name: str, organization_id: UUID) -> int:
        """Return how much it may hold; 0: as much as it likes."""
        return self._quotas.known(organization_id)[name]

    def has_room(self, name: str, organization_id: UUID, amount: int = 1) -> bool:
        """Return whether the organization may hold so much more."""
        most = self.most(name, organization_id)
        return not most or self.held(name, organization_id) + amount <= most

    def add(self, name: str, organization_id: UUID, amount: int) -> None:
        """Count so much more, or less where it is negative; whoever waits for it is told."""
        place = (name, organization_id)
        held = self._held.get(place, 0) + amount
        if held:
            self._held[place] = held
        else:
            self._held.pop(place, None)
        if amount < 0:
            self._wake(place)

    @contextmanager
    def hold(self, name: str, organization_id: UUID) -> Iterator[None]:
        """Hold one of the share during the block.

        Raises:
            RateLimited: the organization holds as much as it may.
        """
        if not self.has_room(name, organization_id):
            raise share_reached(name, self.most(name, organization_id))
        self.add(name, organization_id, 1)
        try:
            yield
        finally:
            self.add(name, organization_id, -1)

    @asynccontextmanager
    async def turn(self, name: str, organization_id: UUID) -> AsyncIterator[None]:
        """Wait until there is room, in the order in which the organization asked, and hold one during the block."""
        place = (name, organization_id)
        while not self.has_room(name, organization_id):
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(place, deque()).append(waiting)
            try:
                await waiting
            except asyncio.CancelledError:
                if waiting.done() and not waiting.cancelled():
                    # It was this one's turn, which goes to the next.
                    self._wake(place)
                raise
        self.add(name, organization_id, 1)
        try:
            yield
        finally:
            self.add(name, organization_id, -1)

    def _wake(self, place: Place) -> None:
        queue = self._waiting.get(place)
        while queue:
            waiting = queue.popleft()
            if not waiting.done():
                waiting.set_result(None)
                break
        if queue is not None and not queue:
            del self._waiting[place]
