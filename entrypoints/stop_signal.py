"""The signal to stop: a start that is under way finishes first, then what was started is stopped."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class StopSignal:
    """Whether a signal to stop has arrived."""

    has_arrived: bool = False

    def note(self, *_: object) -> None:
        """Take note of a signal."""
        self.has_arrived = True


@contextmanager
def stop_signals() -> Iterator[StopSignal]:
    """Note SIGINT and SIGTERM as long as the block lasts, where they would end the process half-way."""
    stop = StopSignal()
    before = {number: signal.signal(number, stop.note) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stopped(stop: StopSignal) -> asyncio.Event:
    """Return what the running loop sets when a signal arrives, or at once when one has arrived already."""
    event = asyncio.Event()
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    if stop.has_arrived:
        event.set()
    return event
