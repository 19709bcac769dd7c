"""How fast an organization is refused that asks for more than its quotas allow, again and again."""

import asyncio
from collections import OrderedDict
from typing import Final
from uuid import UUID

from application.loop_time import loop_time

PER_SECOND: Final = 100
"""Refusals of one organization; what is refused sooner waits for its answer, while the process works for others too."""

LONGEST_SECONDS: Final = 5.0
"""No refusal waits longer, however many there are."""


class RefusalPace:
    """Spreads out the refusals of each organization, since a refusal costs the others about as much as an answer.

    Whoever heeds `Retry-After` notices nothing. The answer waits, and not the connection: a proxy may send another
    organization's requests over the same one.
    """

    def __init__(self) -> None:
        self._next_at: OrderedDict[UUID, float] = OrderedDict()

    async def wait(self, organization_id: UUID) -> None:
        """Return when the organization may be refused."""
        seconds = self.seconds(organization_id, asyncio.get_running_loop().time())
        if seconds:
            await asyncio.sleep(seconds)

    def seconds(self, organization_id: UUID, now: float) -> float:
        """Return after how long the organization may be refused that is to be refused now, and count that."""
        while self._next_at and next(iter(self._next_at.values())) <= now:
            self._next_at.popitem(last=False)
        if not loop_time().are_others_at_work(organization_id):
            return 0.0
        at = self._next_at.get(organization_id, now)
        self._next_at[organization_id] = min(max(at, now) + 1 / PER_SECOND, now + LONGEST_SECONDS)
        self._next_at.move_to_end(organization_id)
        return max(at - now, 0.0)
