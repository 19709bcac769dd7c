"""What is to be given back when the request that caused it has been answered, wherever it was taken."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from types import TracebackType
from uuid import UUID

from application.turns import Turn, Turns


class one_request:  # noqa: N801 - used like a function, as what contextlib has
    """Call at the end of the block what was given to `at_request_end` within it."""

    __slots__ = ("_token", "is_over", "taken", "turns")

    def __init__(self) -> None:
        self.is_over = False
        self.taken: list[Callable[[], None]] = []
        self.turns: set[Turns] = set()

    def __enter__(self) -> None:
        self._token = _current.set(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _current.reset(self._token)
        self.is_over = True
        for give_back in self.taken:
            give_back()


_current: ContextVar[one_request | None] = ContextVar("request_end", default=None)


def at_request_end(give_back: Callable[[], None]) -> None:
    """Call this when the request has been answered: at once where there is none, or a task has outlived it."""
    request = _current.get()
    if request is None or request.is_over:
        give_back()
    else:
        request.taken.append(give_back)


def has_turn_until_request_end() -> bool:
    """Return whether the request keeps a turn until it has been answered."""
    request = _current.get()
    return request is not None and bool(request.turns)


async def turn_until_request_end(turns: Turns, organization_id: UUID, rest: Callable[[], float] = lambda: 0.0) -> None:
    """Wait for the organization's turn and keep it until the request has been answered; one that has it continues.

    The next one has its turn as many seconds later as `rest` says in the end.

    Raises:
        Unavailable: the turns have an end to patience, and it came.
    """
    request = _current.get()
    if request is not None and turns in request.turns:
        return
    turn = turns.of(organization_id)
    await turn.acquire()
    if request is not None:
        request.turns.add(turns)
    at_request_end(partial(_release, turn, rest))


def _release(turn: Turn, rest: Callable[[], float]) -> None:
    if seconds := rest():
        asyncio.get_running_loop().call_later(seconds, turn.release)
    else:
        turn.release()
