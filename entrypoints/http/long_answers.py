"""Sends long answers in pieces, so that the event loop does something else in between."""

import asyncio
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

PIECE: Final = 256 * 1024
"""Bytes; at most as many are copied at once."""


def in_pieces(response: web.StreamResponse) -> None:
    """Have the answer's body sent in pieces if it is a long one."""
    if isinstance(response, web.Response) and isinstance(response.body, bytes) and len(response.body) > PIECE:
        response.body = _Pieces(response.body)


class _Pieces(Payload):
    """A body of bytes."""

    def __init__(self, content: bytes) -> None:
        super().__init__(None)
        self._content = content
        self._size = len(content)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._content.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        try:
            for start in range(0, len(self._content), PIECE):
                await writer.write(self._content[start : start + PIECE])
                await asyncio.sleep(0)
        finally:
            # Where the client has gone, the error remembers this for a while.
            self._content = b""
