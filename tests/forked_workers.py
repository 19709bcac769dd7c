"""The processes of pytest-xdist, forked from one that has loaded what tests are about.

Loading the product and the clients that test it takes as long as a thousand tests, and each would do it for itself.
This file is the program of three processes: `serve` loads and forks; what pytest-xdist starts in place of Python asks
for a fork, hands over its streams, and waits; the fork continues as the Python that was to be started.
"""

from __future__ import annotations

import gc
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Nothing that plug-ins of pytest are, or whose assertions pytest rewrites.
LOADED: Final = (
    "anthropic",
    "anthropic.resources.messages",
    "entrypoints.container",
    "entrypoints.serve",
    "entrypoints.server_process",
    "google.genai",
    "jsonschema_rs",
    "openai",
    "openai.resources.chat",
    "openai.resources.responses",
    "playwright.async_api",
    "psutil",
    "redis.asyncio",
    "sandbox.server",
    "webauthn",
)
_STREAMS: Final = 3
_PATIENCE_SECONDS: Final = 60.0


@contextmanager
def fork_server() -> Iterator[str]:
    """Give the command by which a Python is had that has loaded everything, as long as the block runs."""
    from tests.scratch_folder import scratch_folder  # noqa: PLC0415 - the other two processes have no package `tests`

    folder = scratch_folder()
    address = folder / "forks"
    try:
        with socket.socket(socket.AF_UNIX) as orders:
            orders.bind(str(address))
            orders.listen()
            # Its standard input closes when this process ends, whatever ends it.
            server = subprocess.Popen(
                [sys.executable, "-u", "-P", __file__, "serve", str(orders.fileno())],
                stdin=subprocess.PIPE,
                pass_fds=[orders.fileno()],
            )
        try:
            yield shlex.join([sys.executable, "-IS", __file__, str(address)])
        finally:
            server.communicate(timeout=_PATIENCE_SECONDS)
    finally:
        shutil.rmtree(folder)


def _serve(orders: socket.socket) -> bool:
    """Fork for each that asks; return True in each fork, False when nobody will ask any more."""
    # Ctrl-C is for the workers; and who has ended is not asked for.
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGCHLD)}
    for number in usual:
        signal.signal(number, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([orders, sys.stdin], [], [])
        if orders not in ready:
            return False
        asking, _ = orders.accept()
        _, streams, _, _ = socket.recv_fds(asking, 1, _STREAMS)
        if os.fork() == 0:
            for number, handler in usual.items():
                signal.signal(number, handler)
            orders.close()
            # The connection stays open until this process ends, which is what the other end waits for.
            asking.detach()
            for place, stream in enumerate(streams):
                os.dup2(stream, place)
                os.close(stream)
            return True
        asking.close()
        for stream in streams:
            os.close(stream)


def _ask(address: str) -> None:
    """Have a fork take over the streams of this process, and wait for its end; without what takes long to load."""
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(address)
        socket.send_fds(asked, [b"."], range(_STREAMS))
        # Whoever reads what the fork writes is to notice when it has ended.
        os.closerange(0, _STREAMS)
        asked.recv(1)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        for module in LOADED:
            import_module(module)
        assert threading.active_count() == 1, "a thread would not survive a fork"
        gc.collect()
        gc.freeze()
        if _serve(socket.socket(fileno=int(sys.argv[2]))):
            sys.argv = ["-c"]
            exec(eval(sys.stdin.readline()))  # noqa: S102, S307 - as execnet has it executed by any Python
    else:
        _ask(sys.argv[1])
