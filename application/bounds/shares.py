"""What organizations use of one process at a time, each within its quotas, so that none takes it from the others."""

import asyncio
from collections import OrderedDict, defaultdict, deque
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Protocol
from uuid import UUID

from application.bounds.quotas import QUOTAS, Quotas
from application.bounds.rate_limits import Quota
from application.errors import RateLimited

_SHORTLY: Final = 1
_NOTHING: Final[Mapping[str, int]] = {}

MOST_OF_ALL: Final = {"outboundConnections": (1_024, 16), "nameLookups": (48, 2)}
"""What all organizations together hold of one process, by share, and how much each of them always gets besides."""


def share_reached(name: str, most: int) -> RateLimited:
    """Return the refusal of somebody who has as much as the quota allows."""
    what = QUOTAS[name].what
    return RateLimited(
        Quota(name=name, what=what, requests=most, seconds=_SHORTLY),
        _SHORTLY,
        f"Your organization has used up its quota of {what}: {most:,} at the same time. Try again in a second.",
    )


class KnownQuotas(Protocol):
    """Returns an organization's quotas."""

    def known(self, organization_id: UUID) -> Quotas:
        """Return the cached ones, without a query."""
        ...


class SameForAll:
    """The same quotas for every organization; implements `KnownQuotas`."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas

    def known(self, organization_id: UUID) -> Quotas:  # noqa: ARG002 - whoever it is
        """Return the quotas."""
        return self._quotas


class HeldShare:
    """One of a share, held during the block."""

    __slots__ = ("_name", "_organization_id", "_shares")

    def __init__(self, shares: "Shares", name: str, organization_id: UUID) -> None:
        self._shares = shares
        self._name = name
        self._organization_id = organization_id

    def __enter__(self) -> None:
        self._shares.begin(self._name, self._organization_id)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._shares.add(self._name, self._organization_id, -1)


class Shares:
    """Counts what each organization holds of each share, by the share's name."""

    def __init__(self, quotas: KnownQuotas) -> None:
        self._quotas = quotas
        self._held: dict[UUID, dict[str, int]] = {}
        self._held_by_all: defaultdict[str, int] = defaultdict(int)
        self._waiting: dict[str, OrderedDict[UUID, deque[asyncio.Future[None]]]] = {}

    def held(self, name: str, organization_id: UUID) -> int:
        """Return how much the organization holds."""
        return self._held.get(organization_id, _NOTHING).get(name, 0)

    def held_by_all(self, name: str) -> int:
        """Return how much all organizations hold."""
        return self._held_by_all[name]

    def waiting(self, name: str) -> int:
        """Return how many wait for their turn."""
        queues = self._waiting[name].values() if name in self._waiting else ()
        return sum(not each.done() for queue in queues for each in queue)

    def has_room(self, name: str, organization_id: UUID, amount: int = 1) -> bool:
        """Return whether the organization may hold so much more."""
        held = self._held.get(organization_id, _NOTHING).get(name, 0)
        most = self._quotas.known(organization_id)[name]
        if most and held + amount > most:
            return False
        if name not in MOST_OF_ALL:
            return True
        most_of_all, always = MOST_OF_ALL[name]
        return held < always or self._held_by_all[name] + amount <= most_of_all

    def add(self, name: str, organization_id: UUID, amount: int) -> None:
        """Count so much more, or less where it is negative; whoever waits for it is woken."""
        by_name = self._held.get(organization_id)
        if by_name is None:
            by_name = self._held[organization_id] = {}
        by_name[name] = held = by_name.get(name, 0) + amount
        self._held_by_all[name] += amount
        if not held:
            del by_name[name]
            if not by_name:
                del self._held[organization_id]
        if amount < 0 and self._waiting.get(name):
            self._wake(name)

    def hold(self, name: str, organization_id: UUID) -> HeldShare:
        """Return a block during which one of the share is held.

        Raises:
            RateLimited: on entering: the organization holds as much as it may.
        """
        return HeldShare(self, name, organization_id)

    def begin(self, name: str, organization_id: UUID) -> None:
        """Hold one of the share from now on; `add` gives it back.

        Raises:
            RateLimited: the organization holds as much as it may.
        """
        if not self.has_room(name, organization_id):
            raise share_reached(name, self._quotas.known(organization_id)[name])
        self.add(name, organization_id, 1)

    async def take(self, name: str, organization_id: UUID) -> None:
        """Wait until there is room, and hold one from then on; `add` gives it back.

        Those who wait have their turns in their order, and organizations by turns.
        """
        is_first = False
        while not self.has_room(name, organization_id):
            waiting = asyncio.get_running_loop().create_future()
            queue = self._waiting.setdefault(name, OrderedDict()).setdefault(organization_id, deque())
            # Whoever was woken and came too late keeps the place.
            (queue.appendleft if is_first else queue.append)(waiting)
            try:
                await waiting
            except asyncio.CancelledError:
                if waiting.done() and not waiting.cancelled():
                    # It was this one's turn, which goes to the next.
                    self._wake(name)
                raise
            is_first = True
        self.add(name, organization_id, 1)

    def _wake(self, name: str) -> None:
        """Wake the first of each organization that has room; the organization that was woken the longest ago first."""
        queues = self._waiting.get(name, OrderedDict())
        for organization_id, queue in list(queues.items()):
            while queue and queue[0].done():
                queue.popleft()
            if queue and self.has_room(name, organization_id):
                queues.move_to_end(organization_id)
                queue.popleft().set_result(None)
            if not queue:
                del queues[organization_id]
