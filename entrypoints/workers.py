"""Runs several processes on one socket: restarts those that die, and stops all at the end."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from typing import TYPE_CHECKING, Final

import uvloop

from entrypoints.logs import build_logger, end_logged
from entrypoints.server_process import running
from entrypoints.stop_signal import StopSignal, stopped

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from multiprocessing.context import ForkProcess

    from entrypoints.runtime import Runtime

_WATCH_SECONDS: Final = 0.2
_PAUSE_SECONDS: Final = 1.0
# Longer than a worker lets its requests in flight take.
_LAST_SECONDS: Final = 60.0


class Workers:
    """Keeps as many processes running as the settings say.

    Each holds the reading end of a pipe whose writing end is here alone: when it closes, be it because this process
    was killed, they finish their requests and end.
    """

    def __init__(self, runtime: Runtime, listener: socket.socket, stop: StopSignal) -> None:
        self._runtime = runtime
        self._listener = listener
        self._stop = stop
        settings = runtime.settings
        self._logger = build_logger(level=settings.log_level, log_format=settings.log_format)
        self._context = multiprocessing.get_context("fork")
        self._reading, self._writing = os.pipe()

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until a signal to stop arrives."""
        processes = [self._started() for _ in range(self._runtime.settings.workers)]
        ready()
        while not self._stop.has_arrived:
            time.sleep(_WATCH_SECONDS)
            self._runtime.revive_database()
            processes = [process if process.is_alive() else self._replaced(process) for process in processes]
        os.close(self._writing)
        os.close(self._reading)
        for process in processes:
            process.join(_LAST_SECONDS)
            if process.is_alive():
                process.kill()

    def _started(self) -> ForkProcess:
        process = self._context.Process(target=self._work)
        process.start()
        return process

    def _replaced(self, process: ForkProcess) -> ForkProcess:
        if self._stop.has_arrived:
            return process
        self._logger.error("a worker has ended; another one starts", pid=process.pid, exit_code=process.exitcode)
        time.sleep(_PAUSE_SECONDS)
        return self._started()

    def _work(self) -> None:
        os.close(self._writing)
        with end_logged(self._logger):
            uvloop.run(self._serve())

    async def _serve(self) -> None:
        stopping, loop = stopped(StopSignal()), asyncio.get_running_loop()

        def ended() -> None:
            loop.remove_reader(self._reading)
            stopping.set()

        loop.add_reader(self._reading, ended)
        async with running(self._runtime, self._listener):
            await stopping.wait()
