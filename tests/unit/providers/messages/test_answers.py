"""What Claude's answers say, whole and streamed."""

from typing import Any

import pytest

from application.ports.provider_gateway import UpstreamFailure
from application.prompts.completion import (
    ReasoningDelta,
    ReasoningDone,
    RefusalDelta,
    TextDelta,
    TokenUsage,
    ToolArgumentsDelta,
    ToolCallDone,
    ToolCallStarted,
)
from application.prompts.conversation import Reasoning, Refusal, Text, ToolCall
from tests.unit.providers.prompted_providers import ORIGIN, Prompted, events, handed_on, passed_on
from tests.unit.providers.wire_protocols import MESSAGES, decode, read, sample, sample_events

OSLO = ToolCall(id="toolu_oslo1", name="get_weather", arguments='{"city": "Oslo", "unit": "celsius"}')
THOUGHT = Reasoning(text="Two towns, so two calls.", signature="EqQBfixtureSIGNATURE==", origin=ORIGIN)
HIDDEN = Reasoning(redacted="EmwKfixtureREDACTED==", origin=ORIGIN)
USAGE = TokenUsage(
    input_tokens=1_554,
    output_tokens=64,
    cached_input_tokens=1_200,
    cache_write_tokens=300,
    cache_write_5m_tokens=200,
    cache_write_1h_tokens=100,
    reasoning_tokens=41,
)


def _message(*content: dict[str, Any], **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    usual = {"type": "message", "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}}
    return usual | {"content": list(content)} | facts


def _stream(*events: dict[str, Any], reason: str = "end_turn") -> list[dict[str, Any]]:
    return [
        {"type": "message_start", "message": {"model": "claude", "usage": {"input_tokens": 3, "output_tokens": 1}}},
        *events,
        {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]


def _start(index: int, **block: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"type": "content_block_start", "index": index, "content_block": block}


def _delta(index: int, **delta: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def test_thoughts_come_with_what_must_be_handed_back_and_the_cache_is_counted_once() -> None:
    """Traps 15 and 16."""
    answer = read(MESSAGES, sample("anthropic/message.thinking.answer"))
    assert answer.choices[0].parts == [THOUGHT, HIDDEN, Text(text="Bergen is warmer.")]
    assert (answer.finish_reason, answer.usage, answer.service_tier) == ("stop", USAGE, "standard")
    assert (answer.answered_by, answer.response_id) == ("claude-haiku-5-5-20260915", "msg_fixThink01")


def test_a_refusal_says_why() -> None:
    answer = read(MESSAGES, sample("anthropic/message.refusal.answer"))
    assert answer.choices[0].parts == [Refusal(text="The request could enable harm.")]
    assert answer.finish_reason == "content_filter"


def test_calls_are_parts_with_their_arguments_as_text() -> None:
    answer = read(MESSAGES, sample("anthropic/message.tools.answer"))
    calls = [part for part in answer.choices[0].parts if isinstance(part, ToolCall)]
    assert (calls[0].id, calls[0].arguments) == ("toolu_oslo1", '{"city":"Oslo","unit":"celsius"}')
    assert answer.finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("reported", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("pause_turn", "other"),
        ("something_new", "other"),
    ],
)
def test_reasons_of_the_end(reported: str, reason: str) -> None:
    message = _message({"type": "text", "text": "Hi"}, stop_reason=reported, stop_sequence="END")
    answer = read(MESSAGES, message)
    assert (answer.finish_reason, answer.choices[0].stop_sequence) == (reason, "END")
    assert decode(MESSAGES, *_stream(reason=reported))[1].finish_reason == reason


@pytest.mark.parametrize(("reported", "reason"), [("end_turn", "tool_calls"), ("max_tokens", "length")])
def test_an_end_after_calls_is_one_of_calls_but_a_limit_stays(reported: str, reason: str) -> None:
    """Trap 3."""
    message = _message({"type": "tool_use", "id": "a", "name": "f", "input": {}}, stop_reason=reported)
    assert read(MESSAGES, message).finish_reason == reason


def test_reported_zero_is_not_missing() -> None:
    zero = {"input_tokens": 7, "output_tokens": 0, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
    answer = read(MESSAGES, _message(usage=zero)).usage
    assert answer == TokenUsage(input_tokens=7, output_tokens=0, cached_input_tokens=0, cache_write_tokens=0)
    assert read(MESSAGES, _message(usage={})).usage == TokenUsage()


def test_pages_are_reported_with_the_place_of_the_words_that_rest_on_them() -> None:
    page = {"type": "web_search_result_location", "url": "https://a.example", "title": "A", "cited_text": "x"}
    char = {"type": "char_location", "document_index": 0, "cited_text": "x"}
    block = {"type": "text", "text": "It is cold.", "citations": [page, char]}
    place = {"start_index": 5, "end_index": 16, "url": "https://a.example", "title": "A"}
    reported = [{"type": "url_citation", "url_citation": place}]
    assert read(MESSAGES, _message({"type": "text", "text": "Well "}, block)).choices[0].annotations == reported
    streamed = _stream(
        _start(0, type="text", text=""), _delta(0, type="text_delta", text="Well "), _stop(0),
        _start(1, type="text", text=""), _delta(1, type="citations_delta", citation=page),
        _delta(1, type="text_delta", text="It is cold."), _stop(1),
    )  # fmt: skip
    assert decode(MESSAGES, *streamed)[1].choices[0].annotations == reported


def test_blocks_of_tools_that_anthropic_runs_are_passed_over() -> None:
    block = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    assert read(MESSAGES, _message(block, {"type": "text", "text": "Hi"})).choices[0].parts == [Text(text="Hi")]


@pytest.mark.parametrize("document", [{}, {"type": "error"}, {"type": "message"}, {"type": "message", "content": "Hi"}])
def test_what_is_no_message_is_no_answer(document: dict[str, Any]) -> None:
    assert MESSAGES.read(document, ORIGIN) is None


def test_a_stream_of_thoughts() -> None:
    deltas, answer = decode(MESSAGES, *sample_events("anthropic/stream.message.thinking"))
    assert deltas == [
        ReasoningDelta("Two towns,"),
        ReasoningDelta(" so two calls."),
        ReasoningDone(THOUGHT),
        ReasoningDone(HIDDEN),
        TextDelta("Bergen is"),
        TextDelta(" warmer."),
    ]
    assert answer.choices[0].parts == [THOUGHT, HIDDEN, Text(text="Bergen is warmer.")]
    assert answer.usage == USAGE


def test_a_stream_of_calls_of_which_one_takes_nothing() -> None:
    """Traps 6, 8 and 9: nothing of the arguments is lost, and the empty input of the start is no part of them."""
    deltas, answer = decode(MESSAGES, *sample_events("anthropic/stream.message.tools"))
    towns = ToolCall(id="toolu_list2", name="list_towns", arguments="{}")
    assert deltas[2:] == [
        ToolCallStarted(0, "toolu_oslo1", "get_weather"),
        ToolArgumentsDelta(0, '{"city": "Os'),
        ToolArgumentsDelta(0, 'lo", "unit": "celsius"}'),
        ToolCallDone(0, OSLO),
        ToolCallStarted(1, "toolu_list2", "list_towns"),
        ToolArgumentsDelta(1, "{}"),
        ToolCallDone(1, towns),
    ]
    assert answer.choices[0].parts == [Text(text="I will look at both."), OSLO, towns]
    assert (answer.finish_reason, answer.usage.input_tokens, answer.usage.output_tokens) == ("tool_calls", 1_554, 88)


def test_arguments_that_come_whole_with_the_start_are_kept() -> None:
    deltas, _ = decode(MESSAGES, *_stream(_start(0, type="tool_use", id="a", name="f", input={"x": 1}), _stop(0)))
    call = ToolCall(id="a", name="f", arguments='{"x":1}')
    assert deltas[1:] == [ToolArgumentsDelta(0, '{"x":1}'), ToolCallDone(0, call)]


def test_a_silent_thought_in_a_stream_keeps_its_signature() -> None:
    """Trap 20."""
    blocks = (_start(0, type="thinking", thinking="", signature=""), _delta(0, type="signature_delta", signature="s"))
    deltas, _ = decode(MESSAGES, *_stream(*blocks, _stop(0)))
    assert deltas == [ReasoningDone(Reasoning(signature="s", origin=ORIGIN))]


def test_a_refusal_at_the_end_of_a_stream_is_reported() -> None:
    details = {"stop_reason": "refusal", "stop_details": {"type": "refusal", "explanation": "No."}}
    *begun, _, stop = _stream()
    deltas, answer = decode(MESSAGES, *begun, {"type": "message_delta", "delta": details, "usage": {}}, stop)
    assert (deltas, answer.finish_reason) == ([RefusalDelta("No.")], "content_filter")


def test_events_and_blocks_that_are_not_known_are_passed_over() -> None:
    unknown = ({"type": "ping"}, {"type": "weather"}, _start(0, type="hologram"), _delta(0, type="light"), _stop(0))
    assert decode(MESSAGES, *_stream(*unknown, _delta(7, type="text_delta", text="x"), _stop(7)))[0] == []


async def test_a_stream_without_its_end_has_failed() -> None:
    content = events(*_stream(_start(0, type="text", text="Hi"), _stop(0))[:-1])
    with pytest.raises(UpstreamFailure) as error:
        await Prompted("anthropic").events(content)
    assert (error.value.failure.category, error.value.failure.is_retryable) == ("unexpected_body", True)


async def test_an_error_in_the_middle_of_a_stream_is_the_failure_that_it_would_have_been() -> None:
    content = events(*sample_events("anthropic/stream.error-midway"))
    with pytest.raises(UpstreamFailure) as error:
        await Prompted("anthropic").events(content)
    assert error.value.failure.category == "overloaded"


async def test_letters_that_are_cut_between_two_pieces_of_a_stream_are_whole() -> None:
    """Trap 25."""
    words = "Tromsø ☃ 雪"
    content = events(*_stream(_start(0, type="text", text=""), _delta(0, type="text_delta", text=words), _stop(0)))
    answer = await Prompted("anthropic").events(*(content[at : at + 1] for at in range(len(content))))
    assert TextDelta(words) in answer


async def test_its_own_clients_get_every_event_as_it_came() -> None:
    documents = sample_events("anthropic/stream.message.thinking")
    content = b"".join(b"event: %s\n" % str(each["type"]).encode() + events(each) for each in documents)
    answer = await Prompted("anthropic").events(
        content, request=passed_on("messages", {"messages": [], "max_tokens": 9})
    )
    assert handed_on(answer) == content
