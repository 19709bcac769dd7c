"""What spoils a stream, and what does not."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import orjson
import pytest

from application.ports.outbound_http import Headers, OutboundFailure, OutboundRequest, OutboundStream
from application.ports.provider_gateway import Timings
from tests.fakes.outbound_http import FakeOutbound
from tests.unit.providers.prompted_providers import (
    Prompted,
    a_chunk,
    a_prompt,
    events,
    failure_of,
    path_of,
    prompted_at,
)
from tests.unit.providers.sample_lists import BASE


@pytest.mark.parametrize(
    ("provider", "event", "category", "is_retryable"),
    [
        (
            "openai",
            {"error": {"type": "service_unavailable_error", "code": "server_is_overloaded"}},
            "overloaded",
            True,
        ),
        ("openai", {"error": {"type": "server_error", "message": "Sorry"}}, "provider_error", True),
        ("openai", {"error": {"type": "insufficient_quota", "code": "insufficient_quota"}}, "billing_exhausted", False),
        ("anthropic", {"type": "error", "error": {"type": "overloaded_error", "details": None}}, "overloaded", True),
        ("anthropic", {"type": "error", "error": {"type": "api_error"}}, "provider_error", True),
        ("azure", {"error": {"code": "429", "message": "Requests have exceeded."}}, "rate_limited", True),
        ("azure", {"error": {"code": "x503", "message": "Sorry"}}, "provider_error", True),
        ("google", {"error": {"code": 503, "status": "UNAVAILABLE", "message": "Overloaded"}}, "overloaded", True),
        ("google", [{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}], "rate_limited", True),
        ("openrouter", {"error": {"code": 502, "message": "Provider error"}, "choices": []}, "provider_error", True),
        ("openrouter", {"error": {"code": 429, "message": "Slow down"}}, "rate_limited", True),
        ("openrouter", {"error": {"code": 402, "message": "Insufficient credits"}}, "billing_exhausted", False),
        ("mistral", {"object": "error", "message": "Sorry", "type": "internal", "code": None}, "provider_error", True),
        ("xai", {"code": "Internal error", "error": "Sorry"}, "provider_error", True),
        ("ollama", {"error": "model runner has stopped"}, "provider_error", True),
        ("vllm", {"error": {"message": "Sorry", "type": "BadRequestError", "code": 400}}, "bad_request", False),
        ("deepseek", a_chunk(reason="insufficient_system_resource"), "overloaded", True),
        ("mistral", a_chunk(reason="error"), "provider_error", True),
    ],
)
async def test_an_error_inside_a_stream_is_a_failure_of_its_kind(
    provider: str, event: object, category: str, is_retryable: bool
) -> None:
    content = events(a_chunk("Hi")) if provider not in {"anthropic", "google"} else b""
    error = await failure_of(prompted_at(provider), content + events(event) + b"data: [DONE]\n\n")
    assert (error.failure.category, error.failure.is_retryable, error.failure.http_status) == (
        category,
        is_retryable,
        200,
    )
    assert error.failure.upstream_request_id == "req_1"
    assert "Sorry" not in f"{error}{error.failure.hint}"


async def test_the_name_of_an_event_alone_may_say_that_it_is_an_error() -> None:
    error = await failure_of(Prompted("anthropic"), b'event: error\ndata: {"message": "?"}\n\n')
    assert error.failure.category == "provider_error"


@pytest.mark.parametrize("data", [b"<html>", b'{"choices": ', b"\xff\xfe", b'{"choices": "\xc3"}'])
async def test_an_event_that_is_no_json_ends_the_stream(data: bytes) -> None:
    error = await failure_of(Prompted("openai"), events(a_chunk("Hi")) + b"data: %s\n\n" % data)
    assert (error.failure.category, error.failure.is_retryable) == ("unexpected_body", False)


async def test_events_that_are_no_objects_are_passed_over() -> None:
    content = events([], 7, None, "x", {}, {"choices": []}, {"choices": [7]}, a_chunk("Hi", "stop"))
    words, _ = await Prompted("openai").streamed(b"data:\n\n" + content + b"data: [DONE]\n\n")
    assert words == ["Hi"]


async def test_an_event_may_be_long_but_not_endless() -> None:
    words, _ = await Prompted("openai").streamed(events(a_chunk("x" * 300_000, "stop")), b"data: [DONE]\n\n")
    assert words == ["x" * 300_000]
    error = await failure_of(Prompted("openai"), b"data: ", *[b" " * 1_048_576] * 8)
    assert (error.failure.category, error.failure.is_retryable) == ("unexpected_body", False)
    assert "larger than" in error.message


async def test_a_stream_is_bounded_by_what_was_requested() -> None:
    chunk = events(a_chunk(" and so on" * 100))
    chunks = [chunk * 1_000] * 20
    error = await failure_of(Prompted("openai"), *chunks, request=a_prompt(max_tokens=16))
    assert (error.failure.category, error.message) == ("unexpected_body", "The answer is too large.")
    words, _ = await Prompted("openai").streamed(*chunks, b"data: [DONE]\n\n")
    assert len(words) == 20_000


@pytest.mark.parametrize(
    ("content_type", "body", "category"),
    [
        ("text/html", b"<html><body>Sign in</body></html>", "unexpected_body"),
        ("application/json", b'{"error": {"type": "server_error"}}', "provider_error"),
        ("application/json", b'{"choices": [{"delta": {"content": "Hi"}}]}', "unexpected_body"),
        ("application/json", b'{"error": {"code": 503}, "choices": [{"message": {"content": "Hi"}}]}', "overloaded"),
        ("application/json", b"[]", "unexpected_body"),
        ("image/png", b"\x89PNG", "unexpected_body"),
        ("text/plain", b"Welcome", "unexpected_body"),
    ],
)
async def test_a_success_that_is_no_stream_is_reported_as_what_it_is(
    content_type: str, body: bytes, category: str
) -> None:
    error = await failure_of(Prompted("openai"), body, headers={"content-type": content_type})
    assert error.failure.category == category


async def test_a_refused_stream_is_understood_like_a_refused_prompt() -> None:
    body = orjson.dumps({"error": {"type": "requests", "code": "rate_limit_exceeded", "message": "Slow down"}})
    headers = {"content-type": "application/json", "retry-after": "7", "x-request-id": "req_2"}
    error = await failure_of(Prompted("openai"), body, status=429, headers=headers)
    assert (error.failure.category, error.failure.retry_after_seconds, error.failure.http_status) == (
        "rate_limited",
        7.0,
        429,
    )
    assert error.failure.upstream_request_id == "req_2"


async def test_a_silence_before_the_stream_is_a_failure_that_may_pass() -> None:
    prompted = Prompted("openai")
    url = BASE + path_of(prompted.connection, "model-1", stream=True)
    prompted.outbound.fail("POST", url, OutboundFailure("timeout", "The time ran out."))
    error = await failure_of(prompted)
    assert (error.failure.category, error.failure.is_retryable) == ("timeout", True)


@dataclass(slots=True)
class Hesitating:
    """A stream that pauses before each of its chunks."""

    stream: OutboundStream
    pauses: Iterable[float]

    @property
    def status(self) -> int:
        return self.stream.status

    @property
    def headers(self) -> Headers:
        return self.stream.headers

    @property
    def timings(self) -> Timings:
        return self.stream.timings

    async def chunks(self) -> AsyncIterator[bytes]:
        pauses = iter(self.pauses)
        async for chunk in self.stream.chunks():
            await asyncio.sleep(next(pauses))
            yield chunk

    async def read(self, limit: int) -> bytes:
        return await self.stream.read(limit)


class HesitatingOutbound(FakeOutbound):
    def __init__(self, *pauses: float) -> None:
        super().__init__()
        self._pauses = pauses

    @asynccontextmanager
    async def stream(self, request: OutboundRequest) -> AsyncIterator[OutboundStream]:
        async with super().stream(request) as stream:
            yield Hesitating(stream, self._pauses)


async def test_a_model_may_think_for_long_before_its_first_word_and_not_after_it() -> None:
    chunks = (events(a_chunk()), events(a_chunk("Hi")), events(a_chunk(reason="stop")), b"data: [DONE]\n\n")
    request = a_prompt(idle_seconds=0.05, deadline_seconds=5.0)
    thinking = Prompted("openai", outbound=HesitatingOutbound(0.0, 0.15, 0.0, 0.0))
    assert (await thinking.streamed(*chunks, request=request))[0] == ["Hi"]
    stuck = Prompted("openai", outbound=HesitatingOutbound(0.0, 0.0, 0.15, 0.0))
    error = await failure_of(stuck, *chunks, request=request)
    assert (error.failure.category, error.failure.is_retryable) == ("timeout", True)
    assert error.message == "OpenAI stopped sending in the middle of its answer."


async def test_signs_of_life_alone_do_not_keep_a_stream_open_for_ever() -> None:
    chunks = (events(a_chunk("Hi")), *[b": ping\n\n"] * 20, events(a_chunk(reason="stop")), b"data: [DONE]\n\n")
    outbound = HesitatingOutbound(0.0, *[0.02] * 20, 0.0, 0.0)
    request = a_prompt(idle_seconds=5.0, deadline_seconds=0.1)
    error = await failure_of(Prompted("openai", outbound=outbound), *chunks, request=request)
    assert error.message == "OpenAI stopped sending in the middle of its answer."
    patient = Prompted("openai", outbound=HesitatingOutbound(0.0, *[0.0] * 22))
    assert (await patient.streamed(*chunks, request=request))[0] == ["Hi"]


async def test_an_answer_that_is_whole_is_not_spoilt_by_a_silence_after_it() -> None:
    chunks = (events(a_chunk("Hi", "stop")), events({"choices": []}))
    late = Prompted("openai_compatible", outbound=HesitatingOutbound(0.0, 0.15))
    words, completion = await late.streamed(*chunks, request=a_prompt(idle_seconds=0.05))
    assert (words, completion.finish_reason) == (["Hi"], "stop")
