"""Runs what may hang in a thread that nobody waits for longer than he wants, not even the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress


async def in_daemon_thread(work: Callable[[], object], *, seconds: float) -> None:
    """Do the work in a thread of its own, and return when it is done, or when the time is over while it continues."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        try:
            work()
        finally:
            # Who waited may be gone, and the loop closed.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="telemetry", daemon=True).start()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await done.wait()
