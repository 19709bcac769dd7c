"""What answers in Responses say, whole and streamed."""

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
from tests.fakes.outbound_http import FakeOutbound
from tests.unit.providers.prompted_providers import EVENTS, ORIGIN, Prompted, events, handed_on, passed_on
from tests.unit.providers.sample_lists import BASE
from tests.unit.providers.wire_protocols import RESPONSES, decode, read, sample, sample_events

SUMMARY = "The user compares two towns; I need both temperatures."
THOUGHT = Reasoning(
    text=SUMMARY,
    summary=(SUMMARY,),
    encrypted="gAAAAfixtureENCRYPTEDreasoning==",
    item_id="rs_fix01",
    origin=ORIGIN,
)
OSLO = ToolCall(
    id="call_oslo1",
    name="get_weather",
    arguments='{"city":"Oslo","unit":"celsius"}',
    item_id="fc_fix01",
    origin=ORIGIN,
)


def _response(*items: dict[str, Any], **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"object": "response", "status": "completed", "output": list(items)} | facts


def _message(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": list(content)}


def test_thoughts_and_words() -> None:
    answer = read(RESPONSES, sample("openai/responses.reasoning.answer"))
    assert answer.choices[0].parts == [THOUGHT, Text(text="Bergen is warmer.")]
    assert answer.finish_reason == "stop"
    assert answer.usage == TokenUsage(
        input_tokens=142, output_tokens=96, cached_input_tokens=64, cache_write_tokens=0, reasoning_tokens=48
    )
    assert (answer.answered_by, answer.response_id, answer.service_tier) == (
        "gpt-6-sol-2026-08-20",
        "resp_fixReason01",
        "default",
    )


def test_calls() -> None:
    answer = read(RESPONSES, sample("openai/responses.tools.answer"))
    assert [part.id for part in answer.choices[0].parts if isinstance(part, ToolCall)] == ["call_oslo1", "call_bergen2"]
    assert answer.finish_reason == "tool_calls"


def test_the_usage_of_an_answer_that_is_not_whole_is_counted() -> None:
    """Trap 13."""
    answer = read(RESPONSES, sample("openai/responses.incomplete.answer"))
    assert answer.finish_reason == "length"
    assert answer.usage.output_tokens
    streamed = {"type": "response.incomplete", "response": sample("openai/responses.incomplete.answer")}
    assert decode(RESPONSES, streamed)[1].usage == answer.usage


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "stop"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "length"),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, "content_filter"),
        ({"status": "incomplete", "incomplete_details": {"reason": "steered"}}, "other"),
        ({"status": "incomplete"}, "other"),
    ],
)
def test_reasons_of_the_end(facts: dict[str, Any], reason: str) -> None:
    """Trap 3."""
    words, call = (
        _message({"type": "output_text", "text": "Hi"}),
        {"type": "function_call", "call_id": "a", "name": "f"},
    )
    assert read(RESPONSES, _response(words, **facts)).finish_reason == reason
    with_call = read(RESPONSES, _response(words, call, **facts)).finish_reason
    assert with_call == ("tool_calls" if reason == "stop" else reason)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_response_that_failed_is_no_answer(status: str) -> None:
    assert RESPONSES.read(_response(status=status, error={"code": "server_error"}), ORIGIN) is None


def test_refusals_free_text_and_items_that_are_not_known() -> None:
    refusal = _message({"type": "refusal", "refusal": "No."})
    custom = {"type": "custom_tool_call", "call_id": "c", "name": "run", "input": "ls"}
    answer = read(RESPONSES, _response(refusal, {"type": "web_search_call"}, custom))
    call = ToolCall(id="c", name="run", arguments="ls", is_custom=True, origin=ORIGIN)
    assert answer.choices[0].parts == [Refusal(text="No."), call]


def test_pages_have_their_places_in_all_the_words() -> None:
    def words(text: str) -> dict[str, Any]:
        note = {"type": "url_citation", "start_index": 0, "end_index": 2, "url": "https://a.example", "title": "A"}
        return {"type": "output_text", "text": text, "annotations": [note, {"type": "file_citation"}]}

    notes = (
        read(RESPONSES, _response(_message(words("One"), words("Two")), _message(words("Six")))).choices[0].annotations
    )
    assert [(note["url_citation"]["start_index"], note["url_citation"]["end_index"]) for note in notes] == [
        (0, 2),
        (3, 5),
        (6, 8),
    ]


def test_reported_zero_is_not_missing() -> None:
    reported = {"input_tokens": 0, "output_tokens": 0, "input_tokens_details": {"cached_tokens": 0}}
    assert read(RESPONSES, _response(usage=reported)).usage == TokenUsage(
        input_tokens=0, output_tokens=0, cached_input_tokens=0
    )
    assert read(RESPONSES, _response()).usage == TokenUsage()


def test_a_stream_of_thoughts_and_words() -> None:
    """What must be handed back is final only when its item is whole."""
    deltas, answer = decode(RESPONSES, *sample_events("openai/stream.responses.reasoning"))
    thoughts = [delta for delta in deltas if isinstance(delta, ReasoningDelta)]
    assert ("".join(delta.text for delta in thoughts), {delta.is_summary for delta in thoughts}) == (SUMMARY, {True})
    assert ReasoningDone(THOUGHT) in deltas
    assert answer.choices[0].parts[0] == THOUGHT
    assert answer.finish_reason == "stop"
    assert answer.usage.reasoning_tokens is not None


def test_a_stream_of_parallel_calls() -> None:
    deltas, answer = decode(RESPONSES, *sample_events("openai/stream.responses.tools"))
    assert deltas[3:7] == [
        ToolCallStarted(0, "call_oslo1", "get_weather"),
        ToolArgumentsDelta(0, '{"city":"Os'),
        ToolArgumentsDelta(0, 'lo","unit":"celsius"}'),
        ToolCallDone(0, OSLO),
    ]
    calls = [each for each in deltas[7:] if isinstance(each, ToolCallStarted | ToolArgumentsDelta | ToolCallDone)]
    assert [call.index for call in calls] == [1, 1, 1, 1]
    assert answer.finish_reason == "tool_calls"


def test_a_stream_of_words() -> None:
    deltas, answer = decode(RESPONSES, *sample_events("openai/stream.responses.text"))
    words = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
    assert [part.text for part in answer.choices[0].parts if isinstance(part, Text)] == [words]
    assert words


def test_calls_and_refusals_that_come_whole_and_summaries_of_several_parts() -> None:
    call = {"type": "function_call", "id": "fc_1", "call_id": "a", "name": "f", "arguments": ""}
    deltas, _ = decode(
        RESPONSES,
        {"type": "response.reasoning_summary_part.added", "summary_index": 0},
        {"type": "response.reasoning_summary_part.added", "summary_index": 1},
        {"type": "response.reasoning_text.delta", "delta": "raw"},
        {"type": "response.refusal.delta", "delta": "No."},
        {"type": "response.output_item.done", "output_index": 0, "item": call},
        {"type": "response.function_call_arguments.delta", "output_index": 9, "delta": "x"},
        {"type": "response.web_search_call.searching"},
        {"type": "response.completed", "response": _response(call)},
    )
    assert deltas == [
        ReasoningDelta("\n\n", is_summary=True),
        ReasoningDelta("raw"),
        RefusalDelta("No."),
        ToolCallStarted(0, "a", "f"),
        ToolCallDone(0, ToolCall(id="a", name="f", arguments="", item_id="fc_1", origin=ORIGIN)),
    ]


class _Responding(Prompted):
    """OpenAI, where prompts go to `/responses`."""

    def __init__(self, content: bytes) -> None:
        super().__init__("openai", outbound=FakeOutbound())
        self.outbound.answer("POST", f"{BASE}/responses", content, headers=EVENTS)


@pytest.mark.parametrize(
    ("name", "category"),
    [("openai/stream.responses.failed", "provider_error"), ("openai/stream.responses.error-midway", "rate_limited")],
)
async def test_a_stream_that_fails_is_a_failure(name: str, category: str) -> None:
    provider = _Responding(events(*sample_events(name)))
    with pytest.raises(UpstreamFailure) as error:
        await provider.events(request=passed_on("responses", {"input": "Hi"}))
    assert error.value.failure.category == category


async def test_a_stream_without_its_end_has_failed() -> None:
    provider = _Responding(events(*sample_events("openai/stream.responses.text")[:-1]))
    with pytest.raises(UpstreamFailure) as error:
        await provider.events(request=passed_on("responses", {"input": "Hi"}))
    assert error.value.failure.category == "unexpected_body"


async def test_its_own_clients_get_every_event_as_it_came() -> None:
    documents = sample_events("openai/stream.responses.tools")
    content = b"".join(b"event: %s\n" % str(each["type"]).encode() + events(each) for each in documents)
    answer = await _Responding(content).events(request=passed_on("responses", {"input": "Hi"}))
    assert handed_on(answer) == content
