"""Measures how late the event loop is, and logs what ran when it was very late."""

import asyncio
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic, process_time, thread_time
from types import FrameType
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram
from structlog.typing import FilteringBoundLogger

from application.end_tasks import end_tasks

BUCKETS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds."""

_TICK_SECONDS: Final = 0.05
_LATE_SECONDS: Final = 0.25
_MOST_FRAMES: Final = 12


class EventLoopLag:
    """Beats in the event loop, and watches from a thread of its own whether the beats come in time.

    Only from outside can be seen what runs while the loop is held: the innermost lines of the code, never its values.
    """

    def __init__(
        self, logger: FilteringBoundLogger, registry: CollectorRegistry, ticks: Callable[[], float] = monotonic
    ) -> None:
        self._logger = logger
        self._ticks = ticks
        self._loop_thread = threading.get_ident()
        self._due = self._ticks() + _TICK_SECONDS
        self._used = (thread_time(), process_time())
        self._seen: str | None = None
        self._ended = threading.Event()
        self._lag = Histogram(
            "modelbook_event_loop_lag_seconds", "How late the event loop was.", buckets=BUCKETS, registry=registry
        )
        self._longest = Gauge(
            "modelbook_event_loop_longest_lag_seconds", "The longest lag since the start.", registry=registry
        )
        self._most = 0.0

    async def beat(self) -> None:
        """Measure the lag twenty times a second, until this is cancelled."""
        while True:
            self._due = self._ticks() + _TICK_SECONDS
            self._used = (thread_time(), process_time())
            await asyncio.sleep(_TICK_SECONDS)
            self.measured(max(0.0, self._ticks() - self._due))

    def measured(self, lag: float) -> None:
        """Note that the loop was so many seconds late; from a quarter of a second on it is logged with what ran.

        The processor time shows why: that of the loop's thread is near the lag where the loop itself worked, that of
        the process where other threads of it did, and neither where the machine had no time for this process.
        """
        seen, self._seen = self._seen, None
        self._lag.observe(lag)
        self._most = max(self._most, lag)
        self._longest.set(self._most)
        if lag > _LATE_SECONDS:
            in_thread, in_process = self._used
            self._logger.warning(
                "the event loop was held",
                seconds=round(lag, 3),
                thread_seconds=round(thread_time() - in_thread, 3),
                process_seconds=round(process_time() - in_process, 3),
                ran=seen or "unknown",
            )

    def watch(self) -> None:
        """Look from a thread at what runs while a beat is overdue, until `end` is called."""
        while not self._ended.wait(_TICK_SECONDS):
            self.look()

    def look(self) -> None:
        """Note what runs in the loop's thread when its beat is first seen to be overdue."""
        if self._seen is None and self._ticks() - self._due > _LATE_SECONDS / 2:
            frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001 - documented, in spite of its name
            self._seen = None if frame is None else _where(frame)

    def end(self) -> None:
        """End the watch."""
        self._ended.set()


def _where(frame: FrameType) -> str:
    lines = traceback.extract_stack(frame, limit=_MOST_FRAMES)
    return " < ".join(f"{line.name} ({line.filename.rpartition('/')[2]}:{line.lineno})" for line in reversed(lines))


@asynccontextmanager
async def measured_event_loop(logger: FilteringBoundLogger, registry: CollectorRegistry) -> AsyncIterator[None]:
    """Measure the running loop's lag as long as the block lasts."""
    lag = EventLoopLag(logger, registry)
    watcher = threading.Thread(target=lag.watch, name="event-loop-lag", daemon=True)
    watcher.start()
    beating = asyncio.create_task(lag.beat())
    try:
        yield
    finally:
        lag.end()
        await end_tasks(beating)
