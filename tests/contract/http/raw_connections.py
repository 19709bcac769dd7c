"""Connections of which a test says every byte, and what the service holds of them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from entrypoints.http.request_bodies import REQUEST_BODIES
from tests.http_service import Service


class Line:
    """A connection of which the test says every byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def send(self, content: bytes) -> None:
        self.writer.write(content)
        await self.writer.drain()

    async def begin(self, path: str, *, length: int | None, token: str | None, more: str = "") -> None:
        framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        authorization = "" if token is None else f"Authorization: Bearer {token}\r\n"
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{framing}\r\n{more}"
        await self.send(f"{head}{authorization}\r\n".encode())

    async def begun(self) -> int:
        """Return the status of the next answer, of which the head has come."""
        head = (await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), timeout=10)).decode()
        return int(head.split()[1])

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        """The status, the headers and the document of the next answer."""
        head = (await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), timeout=10)).decode()
        status_line, *lines = head.strip().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        body = await asyncio.wait_for(self._reader.readexactly(int(headers["content-length"])), timeout=10)
        return int(status_line.split()[1]), headers, json.loads(body)

    async def ended(self) -> bool:
        """Whether the other side has closed it, with nothing more to say."""
        return await asyncio.wait_for(self._reader.read(), timeout=5) == b""


@asynccontextmanager
async def connected(service: Service) -> AsyncIterator[Line]:
    host, port = service.runner.addresses[0][:2]
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()


def held(service: Service) -> int:
    return service.runner.app[REQUEST_BODIES].bytes_in_flight


async def until_held(service: Service, length: int) -> None:
    for _ in range(1000):
        if held(service) == length:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"{held(service):,} bytes are held, not {length:,}")
