"""How a serving process ends on a signal."""

import asyncio
from contextlib import suppress

from entrypoints.http.shutdown_state import ShutdownState
from entrypoints.stop_signal import SIGNALS, StopSignal


class Shutdown:
    """What the running loop makes of signals.

    SIGTERM: the process keeps serving for some seconds and reports at `/readyz` that it stops. SIGINT: no such delay.
    Another signal: no delay at all, whatever is in flight.
    """

    def __init__(self, stop: StopSignal) -> None:
        self.stopping = ShutdownState()
        self._stop = stop
        self._has_begun = asyncio.Event()
        self._is_over = asyncio.Event()
        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._note, number)
        if stop.has_arrived:
            self._has_begun.set()

    def _note(self, number: int) -> None:
        self._stop.note(number)
        self._has_begun.set()
        if self._stop.is_urgent:
            self.end()
            self.stopping.at_once.set()

    async def begun(self) -> None:
        """Return when a signal has arrived, or `end` was called."""
        await self._has_begun.wait()

    async def drained(self, seconds: float) -> bool:
        """Serve on for so many seconds where the signal requests it, until another one comes; return whether it did."""
        if not self._stop.drains or seconds == 0:
            return False
        self.drain()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_over.wait()
        return True

    def drain(self) -> None:
        """Report that the service stops, and keep serving."""
        self.stopping.draining.set()

    def end(self) -> None:
        """Serve no longer. A signal that comes later is urgent."""
        self._stop.note()
        self._is_over.set()
        self._has_begun.set()
