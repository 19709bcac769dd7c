"""Streams of each provider in its own words (data/streams), in one shape; and what spoils one."""

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.prompts.completion import Completion, TokenUsage
from tests.unit.providers.prompted_providers import EVENTS, Prompted, a_chunk, events, failure_of, prompted_at
from tests.unit.providers.sample_lists import KEY

STREAMS: Final = Path(__file__).parent / "data" / "streams"
FINISHED: Final = re.compile(rb'"finish_reason": ?"')
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


def parse_error_details(completion: Completion) -> tuple[object, ...]:
    usage = completion.usage
    assert completion.text == ANSWER
    assert completion.upstream_request_id == "req_1"
    return (
        completion.finish_reason,
        completion.answered_by,
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_input_tokens,
        usage.reasoning_tokens,
    )


@pytest.mark.parametrize("provider", EXPECTED)
async def test_every_stream_ends_in_the_same_shape(provider: str) -> None:
    words, completion = await prompted_at(provider).streamed(stream_of(provider))
    assert parse_error_details(completion) == EXPECTED[provider]
    assert "".join(words) == ANSWER
    assert all(words)


@given(provider=st.sampled_from(list(EXPECTED)), places=st.lists(st.integers(0, 4_000), max_size=40))
async def test_any_cutting_of_a_stream_gives_the_same_answer(provider: str, places: list[int]) -> None:
    content = stream_of(provider)
    ends = sorted({place % (len(content) + 1) for place in places})
    chunks = [content[start:end] for start, end in zip([0, *ends], [*ends, len(content)], strict=True)]
    words, completion = await prompted_at(provider).streamed(*chunks)
    assert completion == (await prompted_at(provider).streamed(content))[1]
    assert "".join(words) == ANSWER


@pytest.mark.parametrize("provider", EXPECTED)
async def test_a_stream_without_its_end_is_no_answer(provider: str) -> None:
    content = stream_of(provider).replace(b"\r\n", b"\n")
    frames = content.strip().split(b"\n\n")
    # Whoever speaks Chat Completions may leave out what follows the finish reason.
    ending = next((n for n, frame in enumerate(frames) if FINISHED.search(frame)), len(frames) - 1)
    for kept in range(ending):
        error = await failure_of(prompted_at(provider), b"\n\n".join(frames[:kept]) + b"\n\n")
        assert (error.failure.category, error.failure.is_retryable) == ("unexpected_body", True)


@pytest.mark.parametrize("provider", EXPECTED)
async def test_a_stream_cut_inside_its_last_event_is_no_answer(provider: str) -> None:
    frames = stream_of(provider).replace(b"\r\n", b"\n").strip().split(b"\n\n")
    cut = next((n for n, frame in enumerate(frames) if FINISHED.search(frame)), len(frames) - 2)
    error = await failure_of(prompted_at(provider), b"\n\n".join([*frames[:cut], frames[cut][: len(frames[cut]) // 2]]))
    assert error.message.endswith("ended the stream before the answer was whole.")


@pytest.mark.parametrize("provider", EXPECTED)
async def test_the_last_empty_line_may_be_missing(provider: str) -> None:
    _, completion = await prompted_at(provider).streamed(stream_of(provider).rstrip())
    assert completion == (await prompted_at(provider).streamed(stream_of(provider)))[1]


@pytest.mark.parametrize("provider_type", ["openai", "openai_compatible"])
async def test_a_server_may_leave_out_that_it_is_done(provider_type: str) -> None:
    content = events(a_chunk("Hi"), a_chunk(reason="stop"))
    words, completion = await Prompted(provider_type).streamed(content)
    assert (words, completion.text, completion.finish_reason) == (["Hi"], "Hi", "stop")
    error = await failure_of(Prompted(provider_type), events(a_chunk("Hi")))
    assert error.failure.category == "unexpected_body"


async def test_what_comes_after_the_end_is_not_heard() -> None:
    content = events(a_chunk("Hi", "stop")) + b"data: [DONE]\n\n" + events(a_chunk("more")) + b"data: {broken\n\n"
    words, completion = await Prompted("openai").streamed(content)
    assert (words, completion.text) == (["Hi"], "Hi")


async def test_the_models_own_refusal_is_an_answer_of_its_filter() -> None:
    delta = {"choices": [{"index": 0, "delta": {"refusal": "I cannot help."}, "finish_reason": None}]}
    content = events(delta, a_chunk(reason="stop")) + b"data: [DONE]\n\n"
    words, completion = await Prompted("openai").streamed(content)
    assert (words, completion.finish_reason) == (["I cannot help."], "content_filter")


async def test_googles_blocked_prompt_is_an_answer_without_words() -> None:
    blocked = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9},
    }
    words, completion = await Prompted("google").streamed(events(blocked))
    assert (words, completion.text, completion.finish_reason) == ([], "", "content_filter")
    assert completion.usage == TokenUsage(input_tokens=9, output_tokens=0)


async def test_a_key_that_comes_back_in_a_stream_goes_no_further() -> None:
    prompted = Prompted("openai")
    words, completion = await prompted.streamed(
        events(a_chunk(f"It is {KEY}.", "stop", id=KEY, model=KEY)) + b"data: [DONE]\n\n",
        headers=EVENTS | {"x-request-id": KEY},
    )
    assert KEY not in f"{words}{completion.text}{completion!r}{completion.answered_by}{completion.upstream_request_id}"


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}, {"content-type": "Text/Event-Stream"}])
async def test_events_under_another_label_are_heard_all_the_same(headers: dict[str, str]) -> None:
    _, completion = await Prompted("openai").streamed(stream_of("openai"), headers=headers)
    assert completion.text == ANSWER
    assert completion.upstream_request_id == "chatcmpl-A1"
