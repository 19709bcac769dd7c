"""What Gemini's answers say, whole and streamed."""

from typing import Any

import pytest

from application.ports.provider_gateway import UpstreamFailure
from application.prompts.completion import (
    ReasoningDelta,
    ReasoningDone,
    TextDelta,
    TokenUsage,
    ToolArgumentsDelta,
    ToolCallDone,
    ToolCallStarted,
)
from application.prompts.conversation import Reasoning, Text, ToolCall
from tests.unit.providers.prompted_providers import ORIGIN, Prompted, events
from tests.unit.providers.wire_protocols import GENERATE_CONTENT, decode, read, sample, sample_events

SIGNATURE = "Zml4dHVyZS10aG91Z2h0LXNpZ25hdHVyZQ=="
OSLO = ToolCall(
    id="fc-1", name="get_weather", arguments='{"city":"Oslo","unit":"celsius"}', signature=SIGNATURE, origin=ORIGIN
)
BERGEN = ToolCall(id="fc-2", name="get_weather", arguments='{"city":"Bergen","unit":"celsius"}', origin=ORIGIN)
THOUGHT = Reasoning(text="**Comparing** the two towns.", origin=ORIGIN)
SEAL = Reasoning(signature=SIGNATURE, origin=ORIGIN)
USAGE = TokenUsage(input_tokens=96, output_tokens=150, cached_input_tokens=32, reasoning_tokens=120)


def _answer(*parts: dict[str, Any], reason: str | None = "STOP", **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    candidate = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    return {"candidates": [candidate | ({"finishReason": reason} if reason else {})], **facts}


def test_thoughts_words_and_their_signature() -> None:
    """Traps 4 and 16: what seals the words is kept, and thoughts are counted with the answer."""
    answer = read(GENERATE_CONTENT, sample("gemini/generate.thoughts.answer"))
    assert answer.choices[0].parts == [THOUGHT, Text(text="Bergen is warmer."), SEAL]
    assert (answer.usage, answer.finish_reason) == (USAGE, "stop")
    assert (answer.answered_by, answer.response_id) == ("gemini-3.8-flash", "fixGemini01")


def test_calls_with_the_signature_of_the_first() -> None:
    answer = read(GENERATE_CONTENT, sample("gemini/generate.tools.answer"))
    assert (answer.choices[0].parts, answer.finish_reason) == ([OSLO, BERGEN], "tool_calls")


def test_a_stream_of_parallel_calls_whose_end_comes_later() -> None:
    """Traps 1 and 2: Google numbers no calls, and says STOP a piece after them."""
    deltas, answer = decode(GENERATE_CONTENT, *sample_events("gemini/stream.generate.tools"))
    assert deltas == [
        ReasoningDelta("**Comparing** the two towns."),
        ReasoningDone(THOUGHT),
        ToolCallStarted(0, "fc-1", "get_weather", signature=SIGNATURE, origin=ORIGIN),
        ToolArgumentsDelta(0, OSLO.arguments),
        ToolCallDone(0, OSLO),
        ToolCallStarted(1, "fc-2", "get_weather", origin=ORIGIN),
        ToolArgumentsDelta(1, BERGEN.arguments),
        ToolCallDone(1, BERGEN),
    ]
    assert (answer.finish_reason, answer.usage) == ("tool_calls", USAGE)


def test_a_stream_of_words_whose_signature_comes_last() -> None:
    deltas, answer = decode(GENERATE_CONTENT, *sample_events("gemini/stream.generate.thoughts"))
    assert deltas[1:] == [ReasoningDone(THOUGHT), TextDelta("Bergen is"), TextDelta(" warmer."), ReasoningDone(SEAL)]
    assert answer.choices[0].parts == [THOUGHT, Text(text="Bergen is warmer."), SEAL]
    assert answer.usage == USAGE


def test_a_call_without_id_or_arguments_gets_both() -> None:
    deltas, answer = decode(GENERATE_CONTENT, _answer({"functionCall": {"name": "list_towns"}}))
    (call,) = answer.choices[0].parts
    assert isinstance(call, ToolCall)
    assert call.id.startswith("call_")
    assert (call.name, call.arguments) == ("list_towns", "{}")
    assert next(getattr(delta, "id", None) for delta in deltas) == call.id


@pytest.mark.parametrize(
    ("reported", "reason"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("CONTINUATION", "length"),
        *((each, "content_filter") for each in ("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII")),
        *((each, "content_filter") for each in ("MODEL_ARMOR", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT")),
        ("IMAGE_RECITATION", "content_filter"),
        ("LANGUAGE", "other"),
        ("SOMETHING_NEW", "other"),
    ],
)
def test_reasons_of_the_end(reported: str, reason: str) -> None:
    """Trap 3: with calls a limit or a filter stays what it is."""
    assert read(GENERATE_CONTENT, _answer({"text": "Hi"}, reason=reported)).finish_reason == reason
    with_call = read(GENERATE_CONTENT, _answer({"functionCall": {"name": "f"}}, reason=reported)).finish_reason
    assert with_call == ("tool_calls" if reason == "stop" else reason)


@pytest.mark.parametrize(
    "reason",
    ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MISSING_THOUGHT_SIGNATURE", "OTHER", "NO_IMAGE", "NEW"],
)
async def test_an_answer_of_which_nothing_can_be_used_is_a_failure(reason: str) -> None:
    with pytest.raises(UpstreamFailure) as error:
        await Prompted("google").completed(_answer(reason=reason))
    assert error.value.failure.is_retryable
    thoughts = _answer({"text": "Hm", "thought": True}, reason=reason)
    with pytest.raises(UpstreamFailure):
        await Prompted("google").events(events(thoughts))


async def test_the_malformed_call_as_google_words_it_is_a_failure() -> None:
    with pytest.raises(UpstreamFailure):
        await Prompted("google").completed(sample("gemini/generate.malformed-call.answer"))


def test_a_prompt_that_is_blocked_has_an_empty_answer_that_says_so() -> None:
    answer = read(GENERATE_CONTENT, sample("gemini/generateContent.blocked"))
    assert (answer.choices[0].parts, answer.finish_reason) == ([], "content_filter")


def test_reported_zero_is_not_missing() -> None:
    """Google leaves out what is 0: an answer that was counted and has no output has 0 of it."""
    assert read(GENERATE_CONTENT, _answer(usageMetadata={"promptTokenCount": 5})).usage == TokenUsage(
        input_tokens=5, output_tokens=0
    )
    assert read(GENERATE_CONTENT, _answer()).usage == TokenUsage()


def test_tools_that_google_runs_and_sound_are_counted() -> None:
    counts = {
        "promptTokenCount": 10,
        "toolUsePromptTokenCount": 5,
        "candidatesTokenCount": 7,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 6}, {"modality": "AUDIO", "tokenCount": 4}],
        "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 3}],
    }
    usage = read(GENERATE_CONTENT, _answer(usageMetadata=counts)).usage
    assert usage == TokenUsage(input_tokens=15, output_tokens=7, audio_input_tokens=4, audio_output_tokens=3)


def test_several_answers_keep_their_parts_apart() -> None:
    def piece(first: str, second: str, **facts: object) -> dict[str, Any]:
        candidates = [
            {"index": index, "content": {"parts": [{"text": words}]}, **facts}
            for index, words in enumerate((first, second))
        ]
        return {"candidates": candidates}

    deltas, answer = decode(GENERATE_CONTENT, piece("a", "x"), piece("b", "y", finishReason="STOP"))
    assert deltas == [TextDelta("a", 0), TextDelta("x", 1), TextDelta("b", 0), TextDelta("y", 1)]
    assert [choice.parts for choice in answer.choices] == [[Text(text="ab")], [Text(text="xy")]]


@pytest.mark.parametrize("document", [{}, {"error": {"code": 400}}, {"candidates": None}])
def test_what_is_no_answer(document: dict[str, Any]) -> None:
    assert GENERATE_CONTENT.read(document, ORIGIN) is None


async def test_a_stream_without_its_end_has_failed() -> None:
    with pytest.raises(UpstreamFailure) as error:
        await Prompted("google").events(events(_answer({"text": "Hi"}, reason=None)))
    assert error.value.failure.category == "unexpected_body"


async def test_an_error_in_the_middle_of_a_stream() -> None:
    overloaded = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
    with pytest.raises(UpstreamFailure) as error:
        await Prompted("google").events(events(_answer({"text": "Hi"}, reason=None), overloaded))
    assert error.value.failure.category == "overloaded"
