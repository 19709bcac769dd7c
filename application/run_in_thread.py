"""Does long work in threads, in turn, so that neither the event loop nor another organization waits for it."""

import asyncio
from collections.abc import Callable, Sized
from contextvars import copy_context
from time import perf_counter
from typing import Final, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from application.caller import NoCaller, current_caller
from application.loop_time import loop_time
from application.turns import Turn, Turns

T = TypeVar("T")

LARGE: Final = 500
"""Entries that are some 10 ms of usual work."""

JOINED_IN_THREAD: Final = 1024 * 1024
"""Bytes. More are joined in a thread: Python leaves the interpreter to others meanwhile, some 1 ms for each MiB."""

# More would not be done sooner: they share one interpreter, and leave less of it to the event loop.
_AT_ONCE: Final = 2
_LONGEST_REST_SECONDS: Final = 1.0
# Some of it is calls into C that no other thread interrupts, the event loop's included.
_REST_WHILE_OTHERS_WORK: Final = 4


_waiting: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Turns, asyncio.Semaphore]]] = WeakKeyDictionary()
"""Of each event loop, who may work next: of the organization, and of all."""


async def run_in_thread_if_large(entries: Sized, work: Callable[[], T], *, large: int = LARGE) -> T:
    """Return the result of the work; with more entries than this it is done in a thread, in the caller's turn."""
    if len(entries) <= large:
        return work()
    try:
        organization_id = current_caller().organization_id
    except NoCaller:
        organization_id = None
    return await run_in_thread(organization_id, work)


async def run_in_thread(organization_id: UUID | None, work: Callable[[], T]) -> T:
    """Return the result of the work, done in a thread: one piece at a time for each organization, and few of all.

    Two organizations never wait for a third that has much to be done. Between two pieces of an organization's work the
    event loop has as long for itself as the first took, and four times as long while it works for others too. None
    means work of the service itself.
    """
    loop = asyncio.get_running_loop()
    turns, places = _waiting.setdefault(loop, (Turns(), asyncio.Semaphore(_AT_ONCE)))
    turn = turns.of(organization_id)
    await turn.acquire()
    try:
        await places.acquire()
    except asyncio.CancelledError:
        turn.release()
        raise
    started = loop.time()
    working = loop.run_in_executor(None, copy_context().run, work)

    def give_back(_: object) -> None:
        places.release()
        release_after(turn, _rest(organization_id, loop.time() - started))

    # The work cannot be broken off: whoever is cancelled, however often, keeps turn and place until it is done.
    working.add_done_callback(give_back)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait({working})
        raise
    finally:
        # What failed refers to this frame, and so to itself: all that the work has held would be kept for minutes.
        del working


def release_after(turn: Turn, rest: float) -> None:
    """Let the next of those who wait for the organization's turn have it after so many seconds, or as they can bear."""
    if rest := turn.bearable(rest):
        asyncio.get_running_loop().call_later(rest, turn.release)
    else:
        turn.release()


def _rest(organization_id: UUID | None, seconds: float) -> float:
    """Return for how many seconds an organization's next piece of work waits after one of so many."""
    if organization_id is None:
        return 0.0
    return rest_beside_others(organization_id, seconds) or min(seconds, _LONGEST_REST_SECONDS)


def rest_after_much(organization_id: UUID, turn: Turn, began: float, unrested_seconds: float) -> float:
    """Return for how many seconds the next piece waits after one that began then and is over now.

    It waits where those of the turn took longer than that in this second, and others are at work.
    """
    now = perf_counter()
    seconds = now - began
    return rest_beside_others(organization_id, seconds) if turn.worked(seconds, now) > unrested_seconds else 0.0


def rest_beside_others(organization_id: UUID, seconds: float) -> float:
    """Return for how many seconds the next piece waits while others are at work, 0 if none is."""
    if not loop_time().are_others_at_work(organization_id):
        return 0.0
    return min(_REST_WHILE_OTHERS_WORK * seconds, _LONGEST_REST_SECONDS)
