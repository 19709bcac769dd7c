"""Shares out the time of an event loop, so that nobody waits long for what it does for another organization."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType
    from uuid import UUID

T = TypeVar("T")

SLICE_SECONDS: Final = 0.001
"""Of each turn of the loop for each organization; a step that has begun continues to its end."""

# Whoever has done nothing for longer needs no consideration.
_AT_WORK_SECONDS: Final = 1.0


class _Account:
    """What an organization has had of the turn of the loop in which something was done for it last."""

    __slots__ = ("__weakref__", "turn", "used", "worked_at")

    def __init__(self) -> None:
        self.turn = -1
        self.used = 0.0
        self.worked_at = 0.0


class LoopTime:
    """Has the requests of organizations take turns, step by step.

    A step is what a request does between two waits. Those that are ready when their organization has had its slice of
    the loop's turn continue in the next one. The loop is never idle while any step is ready.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        """Take the clock that steps are timed by, in seconds."""
        self.clock = clock
        self.turn = 0
        self._is_turn_counted = False
        self._accounts: WeakValueDictionary[UUID, _Account] = WeakValueDictionary()
        self._latest: _Account | None = None
        self._before: _Account | None = None

    async def run(self, organization_id: UUID, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work returns, its steps taken in the organization's turns."""
        account = self._accounts.get(organization_id)
        if account is None:
            account = self._accounts[organization_id] = _Account()
        return await _Steps(self, account, work)

    def are_others_at_work(self, organization_id: UUID) -> bool:
        """Return whether anything was done for another organization within the last second."""
        latest = self._latest
        other = self._before if latest is not None and latest is self._accounts.get(organization_id) else latest
        return other is not None and self.clock() - other.worked_at < _AT_WORK_SECONDS

    def begin_slice(self, account: _Account) -> None:
        """Give the organization its slice of this turn of the loop."""
        account.turn, account.used = self.turn, 0.0
        if account is not self._latest:
            self._before, self._latest = self._latest, account
        if not self._is_turn_counted:
            self._is_turn_counted = True
            asyncio.get_running_loop().call_soon(self._begin_turn)

    def _begin_turn(self) -> None:
        self.turn += 1
        self._is_turn_counted = False


class _Steps(Generator[Any, Any, T]):
    """The steps of one request, to be awaited; each waits for its turn."""

    __slots__ = ("_account", "_loop_time", "_work")

    def __init__(self, loop_time: LoopTime, account: _Account, work: Coroutine[Any, Any, T]) -> None:
        self._loop_time = loop_time
        self._account = account
        self._work = work

    def __await__(self) -> Generator[Any, Any, T]:
        return self

    def __next__(self) -> object:
        account, clock = self._account, self._loop_time.clock
        if account.turn != self._loop_time.turn:
            self._loop_time.begin_slice(account)
        elif account.used >= SLICE_SECONDS:
            # As `asyncio.sleep(0)` does: its task continues in the next turn.
            return None
        started = clock()
        try:
            return self._work.send(None)
        finally:
            account.worked_at = now = clock()
            account.used += now - started

    def send(self, value: object, /) -> object:
        """Take the next step."""
        del value
        return next(self)

    def throw(self, error: Any, value: Any = None, traceback: TracebackType | None = None, /) -> object:  # noqa: ANN401 - the signature of generators
        """Let the work deal with an error at once, such as that it is cancelled."""
        try:
            return self._work.throw(error) if value is None else self._work.throw(error, value, traceback)
        finally:
            # The error remembers where it was raised: it would keep itself, and all that the work has held.
            del error, value, traceback

    def close(self) -> None:
        """End the work where it is."""
        self._work.close()


_of_loops: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, LoopTime]] = WeakKeyDictionary()


def loop_time() -> LoopTime:
    """Return the running loop's."""
    loop = asyncio.get_running_loop()
    found = _of_loops.get(loop)
    if found is None:
        found = _of_loops[loop] = LoopTime()
    return found
