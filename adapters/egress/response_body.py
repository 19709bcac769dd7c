"""Reading the body of an answer within its bounds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs

from adapters.egress.decompression import BodyRefused, decoder

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from aiohttp import ClientResponse

NEVER: Final = float("inf")
"""A deadline, on the clock of any loop."""

# One megabyte of decompressed bytes takes a few milliseconds, in which nothing else happens.
_PIECES_IN_A_ROW: Final = 16
_SWITCHING_PROTOCOLS: Final = 101


async def body(
    response: ClientResponse, *, max_bytes: int, idle_seconds: float, deadline: float = NEVER
) -> AsyncGenerator[bytes]:
    """Yield the decompressed body as it arrives, no piece empty.

    The bound holds for what is sent as well as for what it decompresses to. The idle time is the longest wait for the
    next byte of the body, whatever else the server sends meanwhile. The deadline is on the loop's clock.

    Raises:
        BodyRefused: it is too large or not encoded as it says.
        TimeoutError: the deadline has passed, or the silence was too long.
        aiohttp.ClientError: it broke off.
    """
    if response.status == _SWITCHING_PROTOCOLS:
        raise BodyRefused("The answer switches to a protocol that was not asked for.")
    if (response.content_length or 0) > max_bytes:
        raise _too_large(max_bytes)
    decoding = decoder(response.headers.get(hdrs.CONTENT_ENCODING))
    received = produced = 0
    while chunk := await _next(response, idle_seconds, deadline):
        received += len(chunk)
        for number, piece in enumerate(decoding.pieces(chunk), 1):
            produced += len(piece)
            if max(received, produced) > max_bytes:
                raise _too_large(max_bytes)
            yield piece
            if number % _PIECES_IN_A_ROW == 0:
                await asyncio.sleep(0)
        if received > max_bytes:
            raise _too_large(max_bytes)
    decoding.finish()


async def _next(response: ClientResponse, idle_seconds: float, deadline: float) -> bytes:
    content = response.content
    received = content.read_nowait()
    if received or content.at_eof():
        return received
    async with asyncio.timeout_at(min(deadline, asyncio.get_running_loop().time() + idle_seconds)):
        return await content.readany()


def _too_large(max_bytes: int) -> BodyRefused:
    return BodyRefused(f"The answer is larger than {max_bytes:,} bytes.")
