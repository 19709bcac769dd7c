"""A small forward proxy (RFC 9110, sections 9.3.6 and 7.2), over real sockets."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HOST = "127.0.0.1"


@dataclass(slots=True)
class ForwardProxy:
    """What it was asked, head by head. Every name leads to `port` on this machine, as if it had looked it up."""

    port_behind: int
    authorization: str | None = None
    status: int | None = None
    port: int = 0
    heads: list[str] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        """The request lines."""
        return [head.splitlines()[0] for head in self.heads]

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._forward(reader, writer)
        finally:
            await _closed(writer)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.heads.append(head)
        method, target, _ = head.splitlines()[0].split(" ")
        given = [line.partition(": ")[2] for line in head.splitlines() if line.lower().startswith("proxy-auth")]
        refusal = 407 if self.authorization is not None and given != [self.authorization] else self.status
        if refusal is not None:
            writer.write(f"HTTP/1.1 {refusal} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            if writer.can_write_eof():
                writer.write_eof()
            await reader.read()
            return
        behind, to_provider = await asyncio.open_connection(HOST, self.port_behind)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            parts = urlsplit(target)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            kept = [line for line in head.splitlines()[1:-1] if not line.lower().startswith(("proxy-", "connection"))]
            # One request a connection, so that every head is seen.
            lines = [*kept, "Connection: close"]
            to_provider.write("\r\n".join([f"{method} {path} HTTP/1.1", *lines, "\r\n"]).encode("latin-1"))
        try:
            await asyncio.gather(_pump(reader, to_provider), _pump(behind, writer))
        finally:
            await _closed(to_provider)


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Close at once and for good, so that nothing outlives the loop."""
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.close()


@asynccontextmanager
async def forward_proxy(
    port_behind: int, *, authorization: str | None = None, status: int | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[ForwardProxy]:
    """Listen while the block runs. With a `status` every request is refused with it."""
    proxy = ForwardProxy(port_behind, authorization, status)
    running: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.converse(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    listening = await asyncio.start_server(converse, HOST, 0, ssl=tls)
    proxy.port = listening.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listening.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
