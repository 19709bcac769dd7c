"""What every way out does, whatever stands behind it."""

from collections.abc import Mapping
from typing import Any, Protocol

import pytest

from application.errors import EndpointRefused
from application.ports.outbound_http import Outbound, OutboundFailure, OutboundRequest


class OutboundUnderTest(Protocol):
    """A way out, and a provider behind it whose answers can be prepared."""

    @property
    def outbound(self) -> Outbound: ...

    def url(self, path: str) -> str:
        """Return the URL of the provider's path."""
        ...

    def silent_url(self) -> str:
        """Return an allowed URL behind which nobody listens."""
        ...

    def answer(self, path: str, *chunks: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Have the provider answer GET requests for the path so."""
        ...


def a_request(url: str, **changes: Any) -> OutboundRequest:  # noqa: ANN401 - whatever its fields take
    return OutboundRequest(method="GET", url=url, headers={"Authorization": "Bearer secret"}, **changes)


class OutboundContract:
    """Subclass it in a test module, with a fixture `subject` that gives an `OutboundUnderTest`."""

    async def test_a_whole_answer_comes_with_status_headers_and_body(self, subject: OutboundUnderTest) -> None:
        subject.answer("/v1/models", b'{"data"', b": []}", headers={"X-Request-Id": "one", "content-type": "a/b"})
        response = await subject.outbound.request(a_request(subject.url("/v1/models")))
        assert (response.status, response.body) == (200, b'{"data": []}')
        assert (response.headers["x-request-id"], response.headers["X-REQUEST-ID"]) == ("one", "one")
        assert {"x-request-id", "content-type"} <= set(response.headers)
        assert "X-Request-ID" in response.headers
        assert response.headers.get("absent") is None
        assert response.total_ms > 0
        assert response.timings.first_byte_ms is not None

    @pytest.mark.parametrize("status", [301, 307, 400, 401, 429, 500, 529])
    async def test_any_status_is_an_answer(self, subject: OutboundUnderTest, status: int) -> None:
        subject.answer("/v1/models", b"no", status=status, headers={"Location": subject.url("/elsewhere")})
        subject.answer("/elsewhere", b"followed")
        response = await subject.outbound.request(a_request(subject.url("/v1/models")))
        assert (response.status, response.body) == (status, b"no")

    async def test_a_stream_gives_all_of_the_body(self, subject: OutboundUnderTest) -> None:
        subject.answer("/stream", b"data: 1\n\n", b"data: 2\n\n", headers={"content-type": "text/event-stream"})
        async with subject.outbound.stream(a_request(subject.url("/stream"))) as stream:
            assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
            assert b"".join([chunk async for chunk in stream.chunks()]) == b"data: 1\n\ndata: 2\n\n"
            assert stream.timings.first_byte_ms is not None

    @pytest.mark.parametrize(("limit", "expected"), [(3, b"abc"), (6, b"abcdef"), (60, b"abcdef")])
    async def test_of_an_error_as_much_is_read_as_wanted(
        self, subject: OutboundUnderTest, limit: int, expected: bytes
    ) -> None:
        subject.answer("/stream", b"ab", b"cdef", status=429)
        async with subject.outbound.stream(a_request(subject.url("/stream"))) as stream:
            assert (stream.status, await stream.read(limit)) == (429, expected)

    async def test_an_answer_may_be_as_large_as_allowed(self, subject: OutboundUnderTest) -> None:
        subject.answer("/large", b"a" * 600, b"b" * 400)
        response = await subject.outbound.request(a_request(subject.url("/large"), max_bytes=1_000))
        assert len(response.body) == 1_000

    async def test_an_answer_may_not_be_larger(self, subject: OutboundUnderTest) -> None:
        subject.answer("/large", b"a" * 600, b"b" * 401)
        with pytest.raises(OutboundFailure) as error:
            await subject.outbound.request(a_request(subject.url("/large"), max_bytes=1_000))
        assert (error.value.failure.category, error.value.was_sent) == ("unexpected_body", True)

    async def test_a_stream_may_not_be_larger(self, subject: OutboundUnderTest) -> None:
        subject.answer("/large", b"a" * 600, b"b" * 401)
        async with subject.outbound.stream(a_request(subject.url("/large"), max_bytes=1_000)) as stream:
            with pytest.raises(OutboundFailure) as error:
                assert [chunk async for chunk in stream.chunks()] == []
        assert error.value.failure.category == "unexpected_body"

    async def test_nobody_there_is_unreachable_and_nothing_was_sent(self, subject: OutboundUnderTest) -> None:
        with pytest.raises(OutboundFailure) as error:
            await subject.outbound.request(a_request(subject.silent_url()))
        assert (error.value.failure.category, error.value.was_sent) == ("unreachable", False)
        with pytest.raises(OutboundFailure) as error:
            async with subject.outbound.stream(a_request(subject.silent_url())):
                pytest.fail("There is no answer to read.")
        assert error.value.failure.category == "unreachable"

    async def test_a_base_url_is_checked_and_normalised(self, subject: OutboundUnderTest) -> None:
        endpoint = subject.outbound.checked("https://API.example.com./v1/")
        assert (endpoint.url, endpoint.origin) == ("https://api.example.com/v1", "https://api.example.com:443")
        with pytest.raises(EndpointRefused) as refused:
            subject.outbound.checked("https://169.254.169.254/latest")
        assert refused.value.pointer == "/endpoint"

    def test_a_request_and_a_failure_show_no_secret(self, subject: OutboundUnderTest) -> None:
        shown = repr(a_request(subject.url("/v1?key=secret"))) + repr(OutboundFailure("timeout", "It took too long."))
        assert "secret" not in shown
