"""Lets each organization do a few things at a time, so that what others want does not queue up behind it."""

import asyncio
from typing import Literal
from uuid import UUID
from weakref import WeakValueDictionary

from application.errors import Unavailable


class Turns:
    """Gives each organization `at_once` places. Those who wait get them in the order in which they came."""

    def __init__(self, at_once: int = 1, *, patience_seconds: float | None = None) -> None:
        """Let nobody wait for a place longer than that; none means as long as it takes."""
        self._at_once = at_once
        self._patience_seconds = patience_seconds
        self._of: WeakValueDictionary[UUID | None, Turn] = WeakValueDictionary()

    def of(self, organization_id: UUID | None) -> "Turn":
        """Return what to enter with `async with`; none means the service itself."""
        turn = self._of.get(organization_id)
        if turn is None:
            turn = self._of[organization_id] = Turn(self._at_once, self._patience_seconds)
        return turn


class Turn(asyncio.Semaphore):
    """The places of one organization.

    Entering it raises `Unavailable` when no place became free in time.
    """

    def __init__(self, at_once: int, patience_seconds: float | None) -> None:
        super().__init__(at_once)
        self._patience_seconds = patience_seconds
        self._in_line = 0
        self._counted_from = 0.0
        self._worked = 0.0

    def worked(self, seconds: float, now: float) -> float:
        """Count work that is done at this time; return how much that is within the second that this one belongs to."""
        if now - self._counted_from >= 1.0:
            self._counted_from, self._worked = now, 0.0
            # Whoever comes within the second finds this again, though nobody has a place, or waits for one, meanwhile.
            asyncio.get_running_loop().call_later(1.0, self.locked)
        self._worked += seconds
        return self._worked

    def bearable(self, rest: float) -> float:
        """Return as many seconds of the rest as leave those in line most of their patience."""
        if self._patience_seconds is None:
            return rest
        return min(rest, self._patience_seconds / (4 * (self._in_line + 1)))

    async def acquire(self) -> Literal[True]:
        """Wait for a place and take it.

        Raises:
            Unavailable: there was none for too long.
        """
        if self._patience_seconds is None or not self.locked():
            return await super().acquire()
        self._in_line += 1
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await super().acquire()
        except TimeoutError:
            raise Unavailable(
                "Requests of your organization are not done yet, or the database does not answer; try again shortly."
            ) from None
        finally:
            self._in_line -= 1
