"""Reading the body of an answer within its bounds."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from aiohttp import ClientResponse, hdrs

from adapters.egress.decompression import BodyRefused, decoder
from application.run_in_thread import JOINED_IN_THREAD, run_in_thread_if_large

NEVER: Final = float("inf")
"""A deadline, on the clock of any loop."""

# One megabyte of decompressed bytes takes a few milliseconds, in which nothing else happens.
PIECES_IN_A_ROW: Final = 16
_SWITCHING_PROTOCOLS: Final = 101


def complete_body(response: ClientResponse, max_bytes: int) -> bytes | None:
    """Return the body where all of it came with the headers, which is little, and it is not compressed; else none.

    Raises:
        BodyRefused: it is too large, or no body.
        aiohttp.ClientError: it broke off.
    """
    content = response.content
    if not content.is_eof() or hdrs.CONTENT_ENCODING in response.headers:
        return None
    if response.status == _SWITCHING_PROTOCOLS:
        raise _switched()
    body = content.read_nowait()
    if len(body) > max_bytes:
        raise _too_large(max_bytes)
    return body


async def whole_body(
    response: ClientResponse, *, max_bytes: int, idle_seconds: float, keep: Callable[[int], Awaitable[None]]
) -> bytes:
    """Return the whole decompressed body; `keep` is called with the bytes to be held: it waits, or refuses.

    Raises:
        BodyRefused: it is too large or not encoded as declared.
        TimeoutError: the silence was too long.
        aiohttp.ClientError: it broke off.
    """
    taking = BodyReader(response, max_bytes)
    pieces: list[bytes] = []
    length, kept = 0, response.content_length or 0
    await keep(kept)
    try:
        while chunk := await next_chunk(response, idle_seconds, NEVER):
            for number, piece in enumerate(taking.pieces(chunk), 1):
                length += len(piece)
                if length > kept:
                    await keep(length - kept)
                    kept = length
                pieces.append(piece)
                if number % PIECES_IN_A_ROW == 0:
                    await asyncio.sleep(0)
        taking.finish()
        return await run_in_thread_if_large(range(length), lambda: b"".join(pieces), large=JOINED_IN_THREAD)
    finally:
        # An error remembers where it was raised, and with that what had been read by then.
        pieces.clear()


class BodyReader:
    """Decompresses what is received, as long as neither that nor what becomes of it is too large.

    Raises:
        BodyRefused: it will be too large, is encoded in a way that was not requested, or is no body.
    """

    def __init__(self, response: ClientResponse, max_bytes: int) -> None:
        if response.status == _SWITCHING_PROTOCOLS:
            raise _switched()
        if (response.content_length or 0) > max_bytes:
            raise _too_large(max_bytes)
        self._decoding = decoder(response.headers.get(hdrs.CONTENT_ENCODING))
        self._max_bytes = max_bytes
        self._received = self._produced = 0

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the decoded chunk, no piece empty; raises what the class does."""
        self._received += len(chunk)
        for piece in self._decoding.pieces(chunk):
            self._produced += len(piece)
            if max(self._received, self._produced) > self._max_bytes:
                raise _too_large(self._max_bytes)
            yield piece
        if self._received > self._max_bytes:
            raise _too_large(self._max_bytes)

    def finish(self) -> None:
        """End the input; raises what the class does."""
        self._decoding.finish()


async def next_chunk(response: ClientResponse, idle_seconds: float, deadline: float) -> bytes:
    """Return what has come of the body, or comes next; nothing at its end.

    The idle time is the longest wait for the next byte of the body, whatever else the server sends meanwhile. The
    deadline is on the loop's clock.

    Raises:
        TimeoutError: the deadline has passed, or the silence was too long.
        aiohttp.ClientError: it broke off.
    """
    content = response.content
    received = content.read_nowait()
    if received or content.at_eof():
        return received
    async with asyncio.timeout_at(min(deadline, asyncio.get_running_loop().time() + idle_seconds)):
        return await content.readany()


def _switched() -> BodyRefused:
    return BodyRefused("The answer switches to a protocol that was not requested.")


def _too_large(max_bytes: int) -> BodyRefused:
    return BodyRefused(f"The answer is larger than {max_bytes:,} bytes.")
