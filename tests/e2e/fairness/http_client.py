"""A client of HTTP/1.1 over a plain socket: so light that what is measured or overloaded is the service."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

_LONGEST_LINE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read to its end. Of a long one only the length is kept where the caller reads to throw away."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON is any of its types
        return json.loads(self.body)


def request_bytes(
    method: str, path: str, token: str, body: object = None, headers: Mapping[str, str] | None = None
) -> bytes:
    """Return a whole request; a body that is not bytes is written as JSON."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return request_head(method, path, token, len(content), headers) + content


def request_head(method: str, path: str, token: str, length: int, headers: Mapping[str, str] | None = None) -> bytes:
    """Return the head of a request whose body has that many bytes."""
    kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
    named = {"Host": "service", "Authorization": f"Bearer {token}", "Content-Length": str(length)}
    if length:
        named["Content-Type"] = kind
    lines = [
        f"{method} {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in (named | dict(headers or {})).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


@dataclass(slots=True)
class Connection:
    """A connection that is opened when it is first needed, and again after the service has closed it."""

    host: str
    port: int
    _reader: asyncio.StreamReader | None = field(default=None, init=False)
    _writer: asyncio.StreamWriter | None = field(default=None, init=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    async def opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return both directions."""
        if self._reader is None or self._writer is None or self._writer.is_closing() or self._reader.at_eof():
            self.close()
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port, limit=_LONGEST_LINE)
        return self._reader, self._writer

    def close(self) -> None:
        """Hang up, whatever is under way."""
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None

    async def ask(self, request: bytes) -> Answer:
        """Send the request and return its answer.

        Raises:
            OSError, asyncio.IncompleteReadError: the service closed the connection before the answer was whole.
        """
        reader, writer = await self.opened()
        try:
            writer.write(request)
            answer, closes = await _answer(reader)
        except BaseException:
            self.close()
            raise
        if closes:
            self.close()
        return answer

    async def lines(self, request: bytes) -> tuple[int, asyncio.StreamReader]:
        """Send a request whose answer comes as a stream; return its status and where to read on, framing included."""
        reader, writer = await self.opened()
        writer.write(request)
        status, _ = await _head(reader)
        return status, reader


async def _answer(reader: asyncio.StreamReader) -> tuple[Answer, bool]:
    status, headers = await _head(reader)
    if headers.get("transfer-encoding") == "chunked":
        body = await _chunks(reader)
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(status, headers, body), headers.get("connection", "").lower() == "close"


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in lines if line)
    return int(first.split(" ")[1]), {name.lower(): value for name, _, value in pairs}


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append((await reader.readexactly(size + 2))[:-2])
    await reader.readexactly(2)
    return b"".join(parts)


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel the task and wait for its end; what it failed of before is raised."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
