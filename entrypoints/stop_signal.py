"""The signal to stop: a start that is under way finishes first, then what was started is stopped."""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
# Some supervisors signal a process and its group: that is one request to stop, not two.
_SAME_SECONDS: Final = 0.5


@dataclass(slots=True)
class StopSignal:
    """Which signals to stop have arrived.

    `drains`: the first was SIGTERM, which supervisors send; a person at a terminal sends SIGINT and wants no delay.
    `is_urgent`: another one has come since.
    """

    has_arrived: bool = False
    drains: bool = False
    is_urgent: bool = False
    _arrived_at: float = 0.0

    def note(self, number: int = signal.SIGINT, *_: object) -> None:
        """Record a signal, or the same request by other means."""
        if not self.has_arrived:
            self.has_arrived, self.drains, self._arrived_at = True, number == signal.SIGTERM, time.monotonic()
        elif time.monotonic() - self._arrived_at > _SAME_SECONDS:
            self.is_urgent = True


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
