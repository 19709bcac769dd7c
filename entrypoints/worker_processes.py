"""Runs several processes on one socket: restarts those that die, and stops all at the end."""

import asyncio
import multiprocessing
import os
import socket
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from typing import Final

import uvloop

from entrypoints.last_connections import let_nobody_connect
from entrypoints.logs import build_logger, end_logged
from entrypoints.monitoring.worker_figures import WorkerSlot, worker_slots
from entrypoints.runtime import Runtime
from entrypoints.server_process import running
from entrypoints.shutdown import Shutdown
from entrypoints.stop_signal import StopSignal

_WATCH_SECONDS: Final = 0.2
_PAUSE_SECONDS: Final = 1.0
_STEP_SECONDS: Final = 0.05
# Beyond what a worker lets its requests in flight take: twice that, for those that do not end when they are asked to.
_LAST_SECONDS: Final = 30.0
# A worker that alone was asked to stop takes leave of its clients, and ends by itself.
_ALONE_SECONDS: Final = 1.0


class Workers:
    """Keeps as many processes running as are set.

    Each holds the reading ends of two pipes whose writing ends are here alone. When the first closes, they serve on and
    report that they stop; when the second does, be it because this process was killed, they finish their requests and
    end.
    """

    def __init__(self, runtime: Runtime, listener: socket.socket, stop: StopSignal) -> None:
        self._runtime = runtime
        self._listener = listener
        self._stop = stop
        settings = runtime.settings
        self._logger = build_logger(level=settings.log_level, log_format=settings.log_format)
        self._slots = worker_slots(settings.workers)
        self._context = multiprocessing.get_context("fork")
        self._drain, self._drain_writing = os.pipe()
        self._end, self._end_writing = os.pipe()

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until a signal to stop arrives, and for the configured time after it."""
        processes = [self._started(slot) for slot in self._slots]
        ready()
        while not self._stop.has_arrived:
            time.sleep(_WATCH_SECONDS)
            self._runtime.revive_database()
            processes = [
                process if process.is_alive() else self._replaced(process, slot)
                for process, slot in zip(processes, self._slots, strict=True)
            ]
        drain_seconds = self._runtime.settings.drain_seconds
        if self._stop.drains and drain_seconds:
            os.close(self._drain_writing)
            deadline = time.monotonic() + drain_seconds
            while time.monotonic() < deadline and not self._stop.is_urgent:
                time.sleep(_STEP_SECONDS)
            let_nobody_connect(self._listener)
        else:
            os.close(self._drain_writing)
        # Kept open here, it would take connections that nobody accepts.
        self._listener.close()
        for slot in self._slots:
            slot.listener.close()
        for pipe in (self._end_writing, self._drain, self._end):
            os.close(pipe)
        self._see_to_the_end_of(processes)

    def _see_to_the_end_of(self, processes: list[ForkProcess]) -> None:
        deadline = time.monotonic() + 2 * self._runtime.settings.shutdown_seconds + _LAST_SECONDS
        while (alive := [process for process in processes if process.is_alive()]) and time.monotonic() < deadline:
            if self._stop.is_urgent:
                # More than once, since the first may be taken for what the end was announced with.
                for process in alive:
                    process.terminate()
            wait([process.sentinel for process in alive], _WATCH_SECONDS)
        for process in processes:
            process.kill()
            process.join()

    def _started(self, slot: WorkerSlot) -> ForkProcess:
        process = self._context.Process(target=self._work, args=(slot,))
        process.start()
        return process

    def _replaced(self, process: ForkProcess, slot: WorkerSlot) -> ForkProcess:
        if self._stop.has_arrived:
            return process
        self._logger.error("a worker has ended; another one starts", pid=process.pid, exit_code=process.exitcode)
        time.sleep(_PAUSE_SECONDS)
        return self._started(slot)

    def _work(self, slot: WorkerSlot) -> None:
        os.close(self._drain_writing)
        os.close(self._end_writing)
        with end_logged(self._logger):
            uvloop.run(self._serve(slot))

    async def _serve(self, slot: WorkerSlot) -> None:
        shutdown, loop = Shutdown(StopSignal()), asyncio.get_running_loop()

        def received(pipe: int, act: Callable[[], None]) -> None:
            loop.remove_reader(pipe)
            act()

        loop.add_reader(self._drain, received, self._drain, shutdown.drain)
        loop.add_reader(self._end, received, self._end, shutdown.end)
        async with running(self._runtime, self._listener, stopping=shutdown.stopping, slot=slot):
            await shutdown.begun()
            # Where the whole group got the signal, the parent says when; a worker that alone did ends by itself.
            drain_seconds = self._runtime.settings.drain_seconds
            await shutdown.drained(drain_seconds + _ALONE_SECONDS if drain_seconds else 0)
