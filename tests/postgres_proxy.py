"""A line to Postgres that breaks when a test says so."""

import re
import shutil
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

_PATIENCE_SECONDS = 10.0
_CHUNK = 65536
_PROCESS_ID = re.compile(rb"(K\x00\x00\x00\x0c).{4}(?=.{4}Z\x00\x00\x00\x05I)", re.DOTALL)


class Break(Enum):
    """Where the line breaks around what a client sends."""

    BEFORE_DELIVERY = auto()
    """The server never gets it."""
    AFTER_DELIVERY = auto()
    """The server gets it and continues as if the client were still there; the client is cut off at once."""
    BEFORE_THE_ANSWER = auto()
    """The server gets it and answers; the answer is lost."""


class PostgresProxy:
    """Stands between clients and a Postgres on a Unix socket, and breaks the connection once at the given place.

    With `names_processes`, it tells clients process ids of its own instead of the server's, as poolers do.
    """

    def __init__(self, url: str, *, names_processes: bool = False) -> None:
        self._names_processes = names_processes
        self.server_url = url
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        self._folder = Path(tempfile.mkdtemp(prefix="ml-"))
        name = f".s.PGSQL.{query.get('port', ['5432'])[0]}"
        self._server_address = str(Path(query["host"][0]) / name)
        query["host"] = [str(self._folder)]
        self.url = urlunsplit(parts._replace(query=urlencode(query, doseq=True)))
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._folder / name))
        self._listener.listen()
        self._sockets: list[socket.socket] = []
        self._lock = Lock()
        self._marker: bytes | None = None
        self._where = Break.BEFORE_DELIVERY
        self._then: Callable[[], None] = lambda: None
        self._threads = [Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.go_down()
        for thread in self._threads:
            thread.join(_PATIENCE_SECONDS)
            assert not thread.is_alive(), "a connection through the proxy has not ended"
        shutil.rmtree(self._folder)

    def break_once(self, marker: bytes, where: Break, then: Callable[[], None] = lambda: None) -> None:
        """Break the line of the client that sends the marker next, then do something more."""
        self._where, self._then, self._marker = where, then, marker

    def go_down(self) -> None:
        """Cut everybody off, and let nobody connect any more."""
        _close(self._listener)
        for line in self._sockets:
            _close(line)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server_address)
                self._sockets += [client, server]
                pair = _Pair(client, server)
                for pump in (lambda pair=pair: self._forth(pair), lambda pair=pair: self._back(pair)):
                    self._threads.append(Thread(target=pump))
                    self._threads[-1].start()

    def _forth(self, pair: "_Pair") -> None:
        with suppress(OSError):
            while chunk := pair.client.recv(_CHUNK):
                if not self._is_marked(chunk):
                    pair.server.sendall(chunk)
                    continue
                self._break(pair, chunk)
                return
            _close(pair.server)

    def _back(self, pair: "_Pair") -> None:
        with suppress(OSError):
            while chunk := pair.server.recv(_CHUNK):
                if pair.answer_is_lost:
                    self._then()
                    _close(pair.client)
                    _close(pair.server)
                    return
                pair.client.sendall(_renamed(chunk) if self._names_processes else chunk)
            _close(pair.client)

    def _is_marked(self, chunk: bytes) -> bool:
        with self._lock:
            found = self._marker is not None and self._marker in chunk
            if found:
                self._marker = None
            return found

    def _break(self, pair: "_Pair", chunk: bytes) -> None:
        if self._where is Break.BEFORE_THE_ANSWER:
            pair.answer_is_lost = True
            pair.server.sendall(chunk)
            return
        if self._where is Break.AFTER_DELIVERY:
            pair.server.sendall(chunk)
        self._then()
        _close(pair.client)
        if self._where is Break.BEFORE_DELIVERY:
            _close(pair.server)


class _Pair:
    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.answer_is_lost = False


def _renamed(chunk: bytes) -> bytes:
    """Return what the server says at the start of a connection with another process id (BackendKeyData)."""
    return _PROCESS_ID.sub(lambda found: found[1] + b"\x7f\xff\xff\x01", chunk)


def _close(line: socket.socket) -> None:
    """End it for whoever is waiting on it too, which closing alone does not."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
