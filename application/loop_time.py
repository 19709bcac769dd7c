"""Shares out the time of an event loop, so that nobody waits long for what it does for another organization."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from time import perf_counter
from types import TracebackType
from typing import Any, Final, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary, WeakValueDictionary

T = TypeVar("T")

SLICE_SECONDS: Final = 0.0002
"""Of each turn of the loop for each organization; a step that has begun goes on to its end."""

SLICE_ALONE_SECONDS: Final = 0.001
"""While only one is at work, and no strangers: with longer turns the loop asks the system less often what to do."""

# Whoever has done nothing for longer needs no consideration.
_AT_WORK_SECONDS: Final = 1.0
# Who look in each turn whether there is something left of the slice: about as many steps as fit into a long one.
_CALLED_AT_ONCE: Final = 8


class _Account:
    """What an organization has had of the turn of the loop in which something was done for it last, and who waits."""

    __slots__ = ("__weakref__", "_loop_time", "called", "turn", "used", "waiting", "worked_at")

    def __init__(self, loop_time: "LoopTime") -> None:
        self._loop_time = loop_time
        self.turn = -1
        self.used = 0.0
        self.worked_at = -_AT_WORK_SECONDS
        self.called = 0
        self.waiting: deque[tuple[_Steps[Any], asyncio.Future[None]]] = deque()

    def call(self) -> None:
        """Call the first few of those who wait. Whoever was called before is to be gone, or would be behind them."""
        while self.waiting and self.called < _CALLED_AT_ONCE:
            steps, place = self.waiting.popleft()
            self._loop_time.all_in_line -= 1
            if not place.done():
                steps.is_called = True
                self.called += 1
                place.set_result(None)


class LoopTime:
    """Has the requests of organizations take turns, step by step.

    A step is what a request does between two waits. Those that are ready when their organization has had its slice of
    the loop's turn go on in later ones, in their order. The loop is never idle while any step is ready.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        """Take the clock that steps are timed by, in seconds."""
        self.clock = clock
        self.turn = 0
        self.current: _Steps[Any] | None = None
        """Those of which one is being taken."""
        self.all_in_line = 0
        """Requests that wait to be called, of all organizations."""
        self._is_turn_counted = False
        self._accounts: WeakValueDictionary[UUID | None, _Account] = WeakValueDictionary()
        self._of_nobody = self._accounts[None] = _Account(self)
        self._latest: _Account | None = None
        self._before: _Account | None = None
        self._shared_until = 0.0
        self.slice_seconds = SLICE_ALONE_SECONDS
        """What each organization has of this turn."""

    async def run(self, organization_id: UUID | None, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work returns, its steps taken in the organization's turns.

        None stands for all of whom it is not known yet to which organization they belong.
        """
        return await _Steps(self, self._account(organization_id), work)

    async def charge(self, organization_id: UUID) -> None:
        """Have this step and the following ones of the current work be the organization's, from its next turn on."""
        if self.current is not None:
            self.current.account = account = self._account(organization_id)
            if account.turn == self.turn and account.used >= self.slice_seconds:
                await asyncio.sleep(0)

    def in_line(self, organization_id: UUID | None) -> int:
        """Return how many requests of the organization wait to be called."""
        account = self._accounts.get(organization_id)
        return 0 if account is None else len(account.waiting)

    def _account(self, organization_id: UUID | None) -> _Account:
        account = self._accounts.get(organization_id)
        if account is None:
            account = self._accounts[organization_id] = _Account(self)
        return account

    def are_others_at_work(self, organization_id: UUID) -> bool:
        """Return whether anything was done for another organization within the last second."""
        latest = self._latest
        other = self._before if latest is not None and latest is self._accounts.get(organization_id) else latest
        return other is not None and self.clock() - other.worked_at < _AT_WORK_SECONDS

    def begin_slice(self, account: _Account) -> None:
        """Give the organization its slice of this turn of the loop."""
        account.turn, account.used = self.turn, 0.0
        other = self._of_nobody if account is self._latest else self._latest
        if account is not self._latest and account is not self._of_nobody:
            self._before, self._latest = self._latest, account
        if other is not None and (now := self.clock()) - other.worked_at < _AT_WORK_SECONDS:
            self._shared_until = now + _AT_WORK_SECONDS
            self.slice_seconds = SLICE_SECONDS
        if not self._is_turn_counted:
            self._is_turn_counted = True
            asyncio.get_running_loop().call_soon(self._begin_turn)

    def _begin_turn(self) -> None:
        self.turn += 1
        self._is_turn_counted = False
        if self._shared_until and self.clock() >= self._shared_until:
            self._shared_until = 0.0
            self.slice_seconds = SLICE_ALONE_SECONDS


class _Steps(Generator[Any, Any, T]):
    """The steps of one request, to be awaited; each waits for its turn."""

    __slots__ = ("_loop_time", "_work", "account", "is_called")

    def __init__(self, loop_time: LoopTime, account: _Account, work: Coroutine[Any, Any, T]) -> None:
        self._loop_time = loop_time
        self._work = work
        self.account = account
        self.is_called = False

    def __await__(self) -> Generator[Any, Any, T]:
        return self

    def __next__(self) -> object:
        loop_time, account = self._loop_time, self.account
        if account.turn != loop_time.turn:
            loop_time.begin_slice(account)
        if self.is_called:
            if account.used >= loop_time.slice_seconds:
                return None
            self._leave_line()
        elif account.used >= loop_time.slice_seconds or account.waiting:
            return self._stand_in_line()
        before, loop_time.current = loop_time.current, self
        started = loop_time.clock()
        try:
            return self._work.send(None)
        finally:
            self._end_step(before, started)

    def _end_step(self, before: "_Steps[Any] | None", started: float) -> None:
        # It may have become known only now whose it is.
        loop_time, account = self._loop_time, self.account
        loop_time.current = before
        if account.turn != loop_time.turn:
            loop_time.begin_slice(account)
        account.worked_at = now = loop_time.clock()
        account.used += now - started

    def _stand_in_line(self) -> object:
        """Return what to wait for: the next turn, or to be called."""
        account = self.account
        if account.called < _CALLED_AT_ONCE and not account.waiting:
            # As `asyncio.sleep(0)` does: its task goes on in the next turn.
            self.is_called = True
            account.called += 1
            return None
        place = asyncio.get_running_loop().create_future()
        account.waiting.append((self, place))
        self._loop_time.all_in_line += 1
        return next(place.__await__())

    def _leave_line(self) -> None:
        if self.is_called:
            self.is_called = False
            self.account.called -= 1
            if not self.account.called:
                self.account.call()

    def send(self, value: object, /) -> object:
        """Take the next step."""
        del value
        return next(self)

    def throw(self, error: Any, value: Any = None, traceback: TracebackType | None = None, /) -> object:  # noqa: ANN401 - the signature of generators
        """Let the work deal with an error at once, such as that it is cancelled."""
        self._leave_line()
        before, self._loop_time.current = self._loop_time.current, self
        started = self._loop_time.clock()
        try:
            return self._work.throw(error) if value is None else self._work.throw(error, value, traceback)
        finally:
            # The error remembers where it was raised: it would keep itself, and all that the work has held.
            del error, value, traceback
            self._end_step(before, started)

    def close(self) -> None:
        """End the work where it is."""
        self._leave_line()
        self._work.close()


_of_loops: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, LoopTime]] = WeakKeyDictionary()


def loop_time() -> LoopTime:
    """Return the running loop's."""
    loop = asyncio.get_running_loop()
    found = _of_loops.get(loop)
    if found is None:
        found = _of_loops[loop] = LoopTime()
    return found
