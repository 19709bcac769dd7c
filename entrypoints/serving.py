"""One process that serves, or several on one socket."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING

import uvloop

from application.errors import Unavailable
from entrypoints.service import serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkProcess

    from entrypoints.runtime import Runtime


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address; port 0 takes a free one.

    Raises:
        Unavailable: the address is taken or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        message = f"Cannot listen on {host}:{port}: {error.strerror}. Stop what uses it, or set LEDGER_PORT."
        raise Unavailable(message) from error
    listener.listen(1024)
    listener.setblocking(False)  # noqa: FBT003 - the signature is the standard library's
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve_until_stopped(runtime: Runtime, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve in this process, or in as many as the settings say, until SIGINT or SIGTERM."""
    if runtime.settings.workers == 1:
        uvloop.run(serve(runtime, listener, ready))
    else:
        _Workers(runtime, listener).run(ready)


class _Workers:
    """Keeps the processes running: one that dies is started again, all end with this one."""

    def __init__(self, runtime: Runtime, listener: socket.socket) -> None:
        self._runtime = runtime
        self._listener = listener
        self._context = multiprocessing.get_context("fork")
        self._processes: list[ForkProcess] = []
        self._stopping = False

    def run(self, ready: Callable[[], None]) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self._processes = [self._started() for _ in range(self._runtime.settings.workers)]
        ready()
        while not self._stopping:
            time.sleep(0.2)
            self._processes = [
                process if process.is_alive() or self._stopping else self._replaced(process)
                for process in self._processes
            ]
        for process in self._processes:
            process.join()

    def _started(self) -> ForkProcess:
        process = self._context.Process(target=_work, args=(self._runtime, self._listener))
        process.start()
        return process

    def _replaced(self, process: ForkProcess) -> ForkProcess:
        sys.stderr.write(f"Worker {process.pid} ended with {process.exitcode}; starting another.\n")
        time.sleep(1)
        return self._started()

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for process in self._processes:
            if process.pid is not None and process.is_alive():
                os.kill(process.pid, signal.SIGTERM)


def _work(runtime: Runtime, listener: socket.socket) -> None:
    uvloop.run(serve(runtime, listener, lambda: None))
