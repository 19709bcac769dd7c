"""The way out without a network: answers that were prepared, and a record of what was asked."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.guarded_client import Egress
from application.ports.outbound_http import Headers, OutboundFailure, OutboundRequest, OutboundResponse, OutboundStream
from application.ports.provider_gateway import Timings
from domain.provider.values import Endpoint


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Headers
    chunks: Sequence[bytes]


class FakeOutbound:
    """Gives the prepared answers for a method and URL in their order, the last one again and again.

    What was not prepared is `unreachable`. Base URLs are checked by the real rules and the allow list given.
    """

    def __init__(self, allow: str = "") -> None:
        self.requests: list[OutboundRequest] = []
        self._answers: dict[tuple[str, str], list[_Answer | OutboundFailure]] = {}
        self._rules = Egress(EgressAllowList.parse(allow))

    def answer(
        self,
        method: str,
        url: str,
        *chunks: bytes,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare an answer; its chunks arrive as they are given."""
        prepared = _Answer(status, Headers((headers or {}).items()), [chunk for chunk in chunks if chunk])
        self._answers.setdefault((method, url), []).append(prepared)

    def fail(self, method: str, url: str, failure: OutboundFailure) -> None:
        """Prepare a failure."""
        self._answers.setdefault((method, url), []).append(failure)

    def checked(self, url: str) -> Endpoint:
        return self._rules.checked(url)

    def checked_receiver(self, url: str) -> Endpoint:
        return self._rules.checked_receiver(url)

    def is_inside(self, url: str) -> bool:
        return self._rules.is_inside(url)

    async def check_address(self, url: str) -> None:
        """Check what the URL itself says; no name is looked up."""
        self._rules.checked(url)

    async def request(self, request: OutboundRequest) -> OutboundResponse:
        async with self.stream(request) as stream:
            body = b"".join([chunk async for chunk in stream.chunks()])
            return OutboundResponse(
                status=stream.status, headers=stream.headers, body=body, timings=stream.timings, total_ms=1.0
            )

    @asynccontextmanager
    async def stream(self, request: OutboundRequest) -> AsyncIterator[OutboundStream]:
        self.requests.append(request)
        prepared = self._answers.get((request.method, request.url), [])
        if not prepared:
            raise OutboundFailure("unreachable", "Nothing was prepared for this request.")
        answer = prepared.pop(0) if len(prepared) > 1 else prepared[0]
        if isinstance(answer, OutboundFailure):
            raise answer
        yield _FakeStream(answer, request.max_bytes)


@dataclass(slots=True)
class _FakeStream:
    answer: _Answer
    max_bytes: int
    timings: Timings = field(default_factory=lambda: Timings(first_byte_ms=1.0))

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def headers(self) -> Headers:
        return self.answer.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        given = 0
        for chunk in self.answer.chunks:
            given += len(chunk)
            if given > self.max_bytes:
                raise OutboundFailure("unexpected_body", "The answer is too large.", was_sent=True)
            yield chunk

    async def read(self, limit: int) -> bytes:
        taken = b""
        async for chunk in self.chunks():
            taken += chunk
            if len(taken) >= limit:
                break
        return taken[:limit]
