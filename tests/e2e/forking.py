"""A fork server: it has loaded everything, and forks processes that execute `modelbook` with given arguments.

Most of what a command takes until it serves is loading, in which tests of what it does then are not interested. What is
forked here is a process like any other, with its own arguments, environment, session and streams.
"""

import atexit
import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from entrypoints.cli.commands import SUMMARIES, module_of
from modelbook.__main__ import main as modelbook

HEADER_BYTES = 4
# Standard input, output and error, and where to write how the process ended.
STREAMS = 4
# In place of the command: to execute a job, the order of which comes over standard input.
JOB = "entrypoints.administration.__main__"
# Of Linux.
_PR_SET_CHILD_SUBREAPER = 36


class _ForkServer:
    """Takes orders from who connects to the socket that is its standard input, until nobody is connected any more."""

    def __init__(self) -> None:
        self._listener = socket.socket(fileno=os.dup(0))
        self._clients: list[socket.socket] = []
        self._woken, self._waking = os.pipe()
        os.set_blocking(self._waking, False)
        self._children: dict[int, int] = {}

    def is_child(self) -> bool:
        """Carry out orders; return True in each process that was forked, False when there are no more orders."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waking)
        self._clients.append(self._listener.accept()[0])
        while self._clients or self._is_still_wanted():
            watched: list[socket.socket | int] = [self._woken, self._listener, *self._clients]
            ready, _, _ = select.select(watched, [], [])
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._tell_of_the_ended()
            for client in [each for each in self._clients if each in ready]:
                # Whoever is killed breaks off anywhere, which is no reason to leave the others.
                try:
                    if self._carry_out(*_order(client), client):
                        return True
                except ConnectionError:
                    self._clients.remove(client)
                    client.close()
            if self._listener in ready:
                self._clients.append(self._listener.accept()[0])
        return False

    def _carry_out(self, order: dict[str, object], streams: list[int], client: socket.socket) -> bool:
        """Fork the process, and tell its number; return True in it."""
        pid = os.fork()
        if pid == 0:
            self._become(order, streams)
            return True
        self._children[pid] = streams.pop()
        for stream in streams:
            os.close(stream)
        client.sendall(pid.to_bytes(HEADER_BYTES, "big"))
        return False

    def _is_still_wanted(self) -> bool:
        """Let nobody else connect, and return whether somebody just has."""
        Path(self._listener.getsockname()).unlink(missing_ok=True)
        return bool(select.select([self._listener], [], [], 0)[0])

    def _tell_of_the_ended(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
                pid, status = ended
                telling = self._children.pop(pid, None)
                if telling is None:
                    continue
                with suppress(BrokenPipeError):
                    os.write(telling, str(os.waitstatus_to_exitcode(status)).encode())
                os.close(telling)

    def _become(self, order: dict[str, object], streams: list[int]) -> None:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for connected in (self._listener, *self._clients):
            connected.close()
        for number, stream in enumerate(streams[:3]):
            os.dup2(stream, number)
        for number in (self._woken, self._waking, *self._children.values(), *streams):
            os.close(number)
        if order["directory"] is not None:
            os.chdir(order["directory"])  # type: ignore[arg-type]
        os.environ.clear()
        os.environ.update(order["environment"])  # type: ignore[call-overload]
        time.tzset()
        sys.argv = order["arguments"]  # type: ignore[assignment]


def _order(client: socket.socket) -> tuple[dict[str, object], list[int]]:
    """Return what is to be executed, and the streams for it.

    Raises:
        ConnectionError: the client has gone away.
    """
    header, streams, _, _ = socket.recv_fds(client, HEADER_BYTES, STREAMS)
    try:
        text = _received(client, int.from_bytes(header, "big"))
    except ConnectionError:
        for stream in streams:
            os.close(stream)
        raise
    order: dict[str, object] = json.loads(text)
    return order, streams


def _received(client: socket.socket, size: int) -> bytes:
    text = b""
    while len(text) < size and (more := client.recv(size - len(text))):
        text += more
    if not text or len(text) < size:
        raise ConnectionResetError
    return text


def _load() -> None:
    # What a command loads when it is executed, and the prices, which are loaded when a service has started already.
    later = ("entrypoints.serve", "entrypoints.server_process", "adapters.catalogue.list_prices")
    for name in (*(f"entrypoints.cli.{module_of(name)}" for name in SUMMARIES), *later):
        import_module(name)
    # For every process that is forked. What is installed does not include the tests.
    sys.path.append(str(Path(__file__).parents[2]))
    import_module("tests.catalogue_at_the_end").catalogue_at_the_end()
    sys.path.pop()
    assert threading.active_count() == 1, "a thread would not survive a fork"
    gc.collect()
    gc.freeze()


def _collect_orphans() -> None:
    """Be the parent of whatever those leave behind that were forked, as the first process of a machine is.

    Some machines have a first process that takes seconds to collect who has ended, and until then it counts as running.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _end(code: int) -> None:
    """End as the interpreter does, but do not take apart all that was loaded, which takes a tenth of a second."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _load()
    _collect_orphans()
    if _ForkServer().is_child():
        try:
            if sys.argv == [JOB]:
                import_module(JOB)
            else:
                modelbook()
        except SystemExit as ended:
            if not isinstance(ended.code, int):
                raise
            _end(ended.code)
        _end(0)
