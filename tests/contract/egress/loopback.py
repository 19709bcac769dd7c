"""Servers on this machine's own addresses, as wicked as a test needs them; nothing here leaves the machine."""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

HOST = "127.0.0.1"


@dataclass(slots=True)
class Conversation:
    """One connection, seen from the server's side."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: bytes = b""

    async def read_request(self) -> bytes:
        """Read the head of a request."""
        self.request = await self.reader.readuntil(b"\r\n\r\n")
        return self.request

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    async def until_closed(self) -> None:
        """Wait until the client has closed the connection."""
        with suppress(ConnectionError):
            while await self.reader.read(65_536):
                pass

    def reset(self) -> None:
        """Break the connection off without a goodbye."""
        self.writer.transport.abort()


@dataclass(slots=True)
class Server:
    """A server whose connections are counted."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    has_request: asyncio.Event = field(default_factory=asyncio.Event)
    closed_by_client: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str = "/", scheme: str = "http") -> str:
        return f"{scheme}://{HOST}:{self.port}{path}"


@asynccontextmanager
async def serving(
    handle: Callable[[Conversation], Awaitable[None]],
    *,
    host: str = HOST,
    tls: ssl.SSLContext | None = None,
    reads_request: bool = True,
) -> AsyncIterator[Server]:
    """Answer each connection by the function, after its request has been read, and close it afterwards."""
    server = Server()
    running: set[asyncio.Task[Any]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        server.connections += 1
        conversation = Conversation(reader, writer)
        try:
            if reads_request:
                server.requests.append(await conversation.read_request())
                server.has_request.set()
            await handle(conversation)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            server.closed_by_client.set()
        finally:
            running.discard(task)
            writer.close()

    # What finds the queue full waits for a second, and then asks again.
    listening = await asyncio.start_server(converse, host, 0, ssl=tls, backlog=1024)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.sleep(0)


class Canary:
    """Listens on both loopback addresses. Whatever connects to it has found a way around the guard."""

    def __init__(self) -> None:
        self._sockets = {family: _listening(family) for family in _families()}
        self.attempts: list[AddrInfoType] = []

    @property
    def is_untouched(self) -> bool:
        """Whether no socket was requested and no connection has come."""
        return self.attempts == [] and not any(_has_connection(each) for each in self._sockets.values())

    def ports(self) -> Sequence[tuple[str, int]]:
        """Return the addresses, as a URL has them, and ports that are listened on."""
        hosts = {socket.AF_INET: HOST, socket.AF_INET6: "[::1]"}
        return [(hosts[family], each.getsockname()[1]) for family, each in self._sockets.items()]

    def open_socket(self, address: AddrInfoType) -> socket.socket:
        """Lead every connection to a loopback address here, whatever its port; anything else is unreachable.

        So a connection that should not be is noticed, and no test sends a byte off the machine.
        """
        self.attempts.append(address)
        listening = self._sockets.get(socket.AddressFamily(address[0]))
        if listening is None or not _is_loopback(str(address[4][0])):
            raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))
        return _Led(listening)

    def close(self) -> None:
        for each in self._sockets.values():
            each.close()


class _Led(socket.socket):
    def __init__(self, listening: socket.socket) -> None:
        super().__init__(listening.family, socket.SOCK_STREAM)
        self._listening = listening

    def connect(self, address: object) -> None:
        del address
        super().connect(self._listening.getsockname())


def _families() -> list[socket.AddressFamily]:
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return [socket.AF_INET, socket.AF_INET6]
    return [socket.AF_INET]


def _listening(family: socket.AddressFamily) -> socket.socket:
    listening = socket.socket(family)
    listening.bind((HOST if family == socket.AF_INET else "::1", 0))
    listening.listen()
    listening.setblocking(False)
    return listening


def _has_connection(listening: socket.socket) -> bool:
    try:
        connection, _ = listening.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


def _is_loopback(address: str) -> bool:
    return address.startswith("127.") or address in {"::1", "::ffff:127.0.0.1", "0.0.0.0", "::"}


class Names(AbstractResolver):
    """A name server that answers every question with the next of the answers, and with the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.lookups = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        self.lookups += 1
        if not self._answers:
            raise OSError(None, "There is no such name.")
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass
