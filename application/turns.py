"""Lets each organization do a few things at a time, so that what others want does not queue up behind it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from uuid import UUID


class Turns:
    """Gives each organization `at_once` places. Those who wait get them in the order in which they came."""

    def __init__(self, at_once: int = 1) -> None:
        self._at_once = at_once
        self._of: WeakValueDictionary[UUID | None, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, organization_id: UUID | None) -> asyncio.Semaphore:
        """Return what to enter with `async with`; none stands for the service itself."""
        turn = self._of.get(organization_id)
        if turn is None:
            turn = self._of[organization_id] = asyncio.Semaphore(self._at_once)
        return turn
