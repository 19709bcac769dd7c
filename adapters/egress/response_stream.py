"""An answer while it arrives."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from aiohttp import ClientResponse

from adapters.egress.call_timings import Attempt
from adapters.egress.outbound_failures import FAILURES, failure
from adapters.egress.response_body import PIECES_IN_A_ROW, BodyReader, next_chunk
from application.ports.outbound_http import Headers, OutboundRequest
from application.ports.provider_gateway import Timings


def answer_headers(response: ClientResponse) -> Headers:
    """Return the headers; bytes that are not UTF-8 are replaced, so that what is taken from them can be stored."""
    headers = response.headers
    if "".join(headers.values()).isascii():
        return Headers(headers.items())
    return Headers([(name, _text(value)) for name, value in headers.items()])


def _text(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class ReadingStream:
    """Implements `OutboundStream` on a response; whoever made it closes the response."""

    def __init__(
        self, response: ClientResponse, attempt: Attempt, request: OutboundRequest, *, deadline: float
    ) -> None:
        self.status = response.status
        self.headers = answer_headers(response)
        self.timings: Timings = attempt.timings
        self._response = response
        self._attempt = attempt
        self._request = request
        self._deadline = deadline

    async def chunks(self) -> AsyncGenerator[bytes]:
        request = self._request
        try:
            taking = BodyReader(self._response, request.max_bytes)
            while chunk := await next_chunk(self._response, request.read_idle_seconds, self._deadline):
                for number, piece in enumerate(taking.pieces(chunk), 1):
                    yield piece
                    if number % PIECES_IN_A_ROW == 0:
                        await asyncio.sleep(0)
            taking.finish()
        except FAILURES as error:
            raise failure(error, self._attempt) from None

    async def read(self, limit: int) -> bytes:
        taken = bytearray()
        async with aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                taken += chunk
                if len(taken) >= limit:
                    break
        return bytes(taken[:limit])
