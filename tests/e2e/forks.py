"""The command `modelbook` as a process of its own that need not load anything; see `tests/e2e/forking.py`."""

import atexit
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import IO

from tests.e2e.forking import HEADER_BYTES
from tests.run_folder import run_folder

_PROGRAM = Path(__file__).with_name("forking.py")
_ONE_AT_A_TIME = Lock()


class Forked:
    """A process that was forked; as `subprocess.Popen` has it, as far as it is needed."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], errors: int, *, stdin: int | None = None
    ) -> None:
        """Its standard output can be read here, its standard error goes to the file of this descriptor.

        Without one of `stdin` there is nothing to read for it.
        """
        reading, output = os.pipe()
        self.stdout: IO[str] = os.fdopen(reading, encoding="utf-8")
        self.returncode: int | None = None
        self._ended, ending = os.pipe()
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            self.pid = forked(arguments, environment, [nothing if stdin is None else stdin, output, errors, ending])
        finally:
            for ours in (nothing, output, ending):
                os.close(ours)

    def poll(self) -> int | None:
        """Return its exit code, none while it runs."""
        return self._look(0.0)

    def wait(self, timeout: float) -> int:
        """Return its exit code as soon as it has ended.

        Raises:
            subprocess.TimeoutExpired: it has not within so many seconds.
        """
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("modelbook", timeout)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send the signal, unless it has ended already."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _look(self, seconds: float) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], seconds)[0]:
            self.returncode = int(os.read(self._ended, 16))
            os.close(self._ended)
        return self.returncode


def forked(
    arguments: Sequence[str], environment: Mapping[str, str], streams: list[int], directory: str | None = None
) -> int:
    """Start a process with these streams, to the fourth of which its exit code is written; return its number."""
    order = {"arguments": arguments, "environment": dict(environment), "directory": directory}
    text = json.dumps(order).encode()
    # Services and tests want processes from threads of their own.
    with _ONE_AT_A_TIME:
        orders = _fork_server()
        socket.send_fds(orders, [len(text).to_bytes(HEADER_BYTES, "big")], streams)
        orders.sendall(text)
        answer = orders.recv(HEADER_BYTES, socket.MSG_WAITALL)
    assert len(answer) == HEADER_BYTES, "the fork server has ended"
    return int.from_bytes(answer, "big")


@cache
def _fork_server() -> socket.socket:
    """Return a connection to the fork server, which all processes of a run of the tests share.

    The first that wants it starts it, and it ends with the last of them, however they end.
    """
    orders, address = socket.socket(socket.AF_UNIX), run_folder() / "orders"
    # Only one process of them starts it.
    with _PROGRAM.open("rb") as program:
        fcntl.flock(program, fcntl.LOCK_EX)
        try:
            orders.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            _start(address)
            orders.connect(str(address))
    atexit.register(orders.close)
    return orders


def _start(address: Path) -> None:
    address.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen()
        # Streams without a buffer remember what they were before the fork, so that they could not become pipes.
        buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        # Not from its folder, whose files have names that others use as well.
        server = subprocess.Popen(
            [sys.executable, "-P", _PROGRAM],
            env=buffered,
            stdin=listener.fileno(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    # Kept, because others may need it for longer than this process does.
    atexit.register(server.poll)
