"""Streams of each provider in its own words (data/streams), in one shape; and what spoils one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.ports.generation import Generated, TokenUsage
from application.ports.outbound import OutboundFailure
from application.ports.provider_gateway import UpstreamFailure
from tests.unit.providers.prompting import EVENTS, Prompted, a_prompt, path_of
from tests.unit.providers.samples import BASE, KEY

STREAMS: Final = Path(__file__).parent / "data" / "streams"
ANSWER: Final = "Grüße 🎉."
# Provider -> reason, snapshot, tokens read, written, read from a cache, thought.
EXPECTED: Final[dict[str, tuple[str, str, int, int, int | None, int | None]]] = {
    "openai": ("stop", "gpt-4o-2024-11-20", 14, 8, 4, 3),
    "azure": ("content_filter", "gpt-4o-2024-11-20", 9, 5, None, None),
    "anthropic": ("stop", "claude-haiku-4-5-20251001", 32, 15, 5, 9),
    "google": ("stop", "gemini-2.5-flash", 18, 39, 6, 35),
    "deepseek": ("length", "deepseek-reasoner", 6, 212, 2, 198),
    "mistral": ("length", "magistral-medium-2509", 10, 7, 1, None),
    "groq": ("stop", "openai/gpt-oss-120b", 73, 20, None, None),
    "openrouter": ("length", "minimax/minimax-m2", 43, 10, 0, 4),
    "xai": ("stop", "grok-3-mini", 32, 103, 6, 94),
    "together": ("stop", "Qwen/Qwen3-8B", 12, 6, None, None),
}


def stream_of(provider: str) -> bytes:
    return (STREAMS / f"{provider}.txt").read_bytes()


def prompted_at(provider: str) -> Prompted:
    if provider in {"openai", "anthropic", "google"}:
        return Prompted(provider)
    return Prompted("azure_openai") if provider == "azure" else Prompted("openai_compatible", preset=provider)


def expected_of(provider: str) -> Generated:
    reason, snapshot, read, written, cached, thought = EXPECTED[provider]
    usage = TokenUsage(input_tokens=read, output_tokens=written, cached_input_tokens=cached, reasoning_tokens=thought)
    return Generated(
        text=ANSWER,
        finish_reason=reason,  # type: ignore[arg-type] # one of the table's
        answered_by=snapshot,
        usage=usage,
        upstream_request_id="req_1",
    )


def events(*documents: object) -> bytes:
    return b"".join(b"data: %s\n\n" % orjson.dumps(document) for document in documents)


def a_chunk(words: str = "", reason: str | None = None, **fields: object) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": words}, "finish_reason": reason}], **fields}


async def failure_of(prompted: Prompted, *chunks: bytes, **answer: Any) -> UpstreamFailure:  # noqa: ANN401
    with pytest.raises(UpstreamFailure) as failure:
        await prompted.streamed(*chunks, **answer)
    return failure.value


@pytest.mark.parametrize("provider", EXPECTED)
async def test_every_stream_ends_in_the_same_shape(provider: str) -> None:
    words, generated = await prompted_at(provider).streamed(stream_of(provider))
    assert generated == expected_of(provider)
    assert "".join(words) == ANSWER
    assert all(words)


@given(provider=st.sampled_from(list(EXPECTED)), places=st.lists(st.integers(0, 4_000), max_size=40))
async def test_any_cutting_of_a_stream_gives_the_same_answer(provider: str, places: list[int]) -> None:
    content = stream_of(provider)
    ends = sorted({place % (len(content) + 1) for place in places})
    chunks = [content[start:end] for start, end in zip([0, *ends], [*ends, len(content)], strict=True)]
    words, generated = await prompted_at(provider).streamed(*chunks)
    assert generated == expected_of(provider)
    assert "".join(words) == ANSWER


@pytest.mark.parametrize("provider", EXPECTED)
async def test_a_stream_without_its_end_is_no_answer(provider: str) -> None:
    content = stream_of(provider).replace(b"\r\n", b"\n")
    frames = content.strip().split(b"\n\n")
    for kept in range(len(frames) - 1):
        failure = await failure_of(prompted_at(provider), b"\n\n".join(frames[:kept]) + b"\n\n")
        assert (failure.category, failure.is_retryable) == ("unexpected_body", True)


@pytest.mark.parametrize("provider", EXPECTED)
async def test_a_stream_cut_inside_its_last_event_is_no_answer(provider: str) -> None:
    frames = stream_of(provider).replace(b"\r\n", b"\n").strip().split(b"\n\n")
    failure = await failure_of(prompted_at(provider), b"\n\n".join([*frames[:-2], frames[-2][: len(frames[-2]) // 2]]))
    assert failure.message.endswith("ended the stream before the answer was whole.")


@pytest.mark.parametrize("provider", EXPECTED)
async def test_the_last_empty_line_may_be_missing(provider: str) -> None:
    _, generated = await prompted_at(provider).streamed(stream_of(provider).rstrip())
    assert generated == expected_of(provider)


async def test_an_unknown_server_may_leave_out_that_it_is_done() -> None:
    content = events(a_chunk("Hi"), a_chunk(reason="stop"))
    words, generated = await Prompted("openai_compatible").streamed(content)
    assert (words, generated.text, generated.finish_reason) == (["Hi"], "Hi", "stop")
    failure = await failure_of(Prompted("openai_compatible"), events(a_chunk("Hi")))
    assert failure.category == "unexpected_body"


async def test_what_comes_after_the_end_is_not_heard() -> None:
    content = events(a_chunk("Hi", "stop")) + b"data: [DONE]\n\n" + events(a_chunk("more")) + b"data: {broken\n\n"
    words, generated = await Prompted("openai").streamed(content)
    assert (words, generated.text) == (["Hi"], "Hi")


async def test_the_models_own_refusal_is_an_answer_of_its_filter() -> None:
    delta = {"choices": [{"index": 0, "delta": {"refusal": "I cannot help."}, "finish_reason": None}]}
    content = events(delta, a_chunk(reason="stop")) + b"data: [DONE]\n\n"
    words, generated = await Prompted("openai").streamed(content)
    assert (words, generated.finish_reason) == (["I cannot help."], "content_filter")


async def test_googles_blocked_prompt_is_an_answer_without_words() -> None:
    blocked = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9},
    }
    words, generated = await Prompted("google").streamed(events(blocked))
    assert (words, generated.text, generated.finish_reason) == ([], "", "content_filter")
    assert generated.usage == TokenUsage(input_tokens=9, output_tokens=0)


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
    failure = await failure_of(prompted_at(provider), content + events(event) + b"data: [DONE]\n\n")
    assert (failure.category, failure.is_retryable, failure.http_status) == (category, is_retryable, 200)
    assert failure.upstream_request_id == "req_1"
    assert "Sorry" not in f"{failure}{failure.hint}"


async def test_the_name_of_an_event_alone_may_say_that_it_is_an_error() -> None:
    failure = await failure_of(Prompted("anthropic"), b'event: error\ndata: {"message": "?"}\n\n')
    assert failure.category == "provider_error"


@pytest.mark.parametrize("data", [b"<html>", b'{"choices": ', b"\xff\xfe", b'{"choices": "\xc3"}'])
async def test_an_event_that_is_no_json_ends_the_stream(data: bytes) -> None:
    failure = await failure_of(Prompted("openai"), events(a_chunk("Hi")) + b"data: %s\n\n" % data)
    assert (failure.category, failure.is_retryable) == ("unexpected_body", False)


async def test_events_that_are_no_objects_are_passed_over() -> None:
    content = events([], 7, None, "x", {}, {"choices": []}, {"choices": [7]}, a_chunk("Hi", "stop"))
    words, _ = await Prompted("openai").streamed(b"data:\n\n" + content + b"data: [DONE]\n\n")
    assert words == ["Hi"]


async def test_an_event_may_be_long_but_not_endless() -> None:
    words, _ = await Prompted("openai").streamed(events(a_chunk("x" * 300_000, "stop")), b"data: [DONE]\n\n")
    assert words == ["x" * 300_000]
    failure = await failure_of(Prompted("openai"), b"data: ", *[b" " * 1_048_576] * 8)
    assert (failure.category, failure.is_retryable) == ("unexpected_body", False)
    assert "larger than" in failure.message


async def test_a_stream_is_bounded_by_what_was_asked_for() -> None:
    chunk = events(a_chunk(" and so on" * 100))
    chunks = [chunk * 1_000] * 20
    failure = await failure_of(Prompted("openai"), *chunks, request=a_prompt(max_tokens=16))
    assert failure.category == "unexpected_body"
    words, _ = await Prompted("openai").streamed(*chunks, b"data: [DONE]\n\n")
    assert len(words) == 20_000


@pytest.mark.parametrize(
    ("content_type", "body", "category"),
    [
        ("text/html", b"<html><body>Sign in</body></html>", "unexpected_body"),
        ("application/json", b'{"error": {"type": "server_error"}}', "provider_error"),
        ("application/json", b'{"choices": [{"message": {"content": "Hi"}}]}', "unexpected_body"),
        ("application/json", b"[]", "unexpected_body"),
        ("image/png", b"\x89PNG", "unexpected_body"),
        ("text/plain", b"Welcome", "unexpected_body"),
    ],
)
async def test_a_success_that_is_no_stream_is_told_as_what_it_is(content_type: str, body: bytes, category: str) -> None:
    failure = await failure_of(Prompted("openai"), body, headers={"content-type": content_type})
    assert failure.category == category


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}, {"content-type": "Text/Event-Stream"}])
async def test_events_under_another_label_are_heard_all_the_same(headers: dict[str, str]) -> None:
    _, generated = await Prompted("openai").streamed(stream_of("openai"), headers=headers)
    assert generated.text == ANSWER
    assert generated.upstream_request_id == "chatcmpl-A1"


async def test_a_refused_stream_is_understood_like_a_refused_prompt() -> None:
    body = orjson.dumps({"error": {"type": "requests", "code": "rate_limit_exceeded", "message": "Slow down"}})
    headers = {"content-type": "application/json", "retry-after": "7", "x-request-id": "req_2"}
    failure = await failure_of(Prompted("openai"), body, status=429, headers=headers)
    assert (failure.category, failure.retry_after_seconds, failure.http_status) == ("rate_limited", 7.0, 429)
    assert failure.upstream_request_id == "req_2"


async def test_the_limits_are_told_with_the_answer() -> None:
    headers = EVENTS | {"x-ratelimit-limit-requests": "50", "x-ratelimit-remaining-requests": "49"}
    _, generated = await Prompted("openai").streamed(stream_of("openai"), headers=headers)
    assert generated.rate_limit is not None
    assert (generated.rate_limit.limit_requests, generated.rate_limit.remaining_requests) == (50, 49)


async def test_a_silence_before_the_stream_is_a_failure_that_may_pass() -> None:
    prompted = Prompted("openai")
    url = BASE + path_of(prompted.connection, "model-1", stream=True)
    prompted.outbound.fail("POST", url, OutboundFailure("timeout", "The time ran out."))
    failure = await failure_of(prompted)
    assert (failure.category, failure.is_retryable) == ("timeout", True)


async def test_a_key_that_comes_back_in_a_stream_goes_no_further() -> None:
    prompted = Prompted("openai")
    words, generated = await prompted.streamed(
        events(a_chunk(f"It is {KEY}.", "stop", id=KEY, model=KEY)) + b"data: [DONE]\n\n",
        headers=EVENTS | {"x-request-id": KEY},
    )
    assert KEY not in f"{words}{generated.text}{generated!r}{generated.answered_by}{generated.upstream_request_id}"
