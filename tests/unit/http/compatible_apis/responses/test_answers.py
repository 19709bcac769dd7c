"""Answers in the Responses API, whole and streamed, as OpenAI's own client understands them."""

from typing import Any

import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from application.prompts.completion import (
    CompletionEvent,
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
from application.prompts.opaque_blobs import blob_of
from entrypoints.http.compatible_apis.responses.answer import response_document
from entrypoints.http.compatible_apis.responses.request import read_conversation
from entrypoints.http.compatible_apis.responses.streaming import ResponseEncoder
from tests.unit.http.compatible_apis.decoded_streams import an_ending, decoded

EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
STRICT = {
    "id",
    "created_at",
    "model",
    "object",
    "output",
    "parallel_tool_calls",
    "tool_choice",
    "tools",
    "status",
    "error",
}
FACTS: dict[str, Any] = {"response_id": "resp_1", "created": 1, "model": "our-model"}
THOUGHT = Reasoning(text="Hm", signature="c2ln", origin="a:b")
CALL = ToolCall(id="call_1", name="f", arguments='{"x":1}')
SIGNED = ToolCall(id="call_1", name="f", arguments="{}", signature="Zml4", origin="a:b")


def _whole(*parts: Any, body: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    document = dict(response_document(an_ending(*parts, **facts), body or {}, **FACTS))
    Response.model_validate(document)
    return document


def _streamed(*events: CompletionEvent, **facts: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    documents = decoded(ResponseEncoder({}, **FACTS), *events, an_ending(**facts))
    _check(documents)
    return documents


def _check(documents: list[dict[str, Any]]) -> None:
    """Check that events are numbered without a gap, and every item and content is opened, filled and closed.

    These are the traps 10 to 12.
    """
    assert [document["sequence_number"] for document in documents] == list(range(len(documents)))
    assert [document["type"] for document in documents[:2]] == ["response.created", "response.in_progress"]
    items: dict[int, Any] = {}
    contents: set[tuple[int, object]] = set()
    for document in documents:
        EVENT.validate_python(document)
        kind = document["type"].removeprefix("response.")
        place: Any = document.get("output_index")
        if kind == "output_item.added":
            assert place == len(items)
            items[place] = document["item"]
        elif kind == "output_item.done":
            assert items[place]["id"] == document["item"]["id"]
            assert not any(at == place for at, _ in contents)
            items[place] = document["item"] | {"is_done": True}
        elif place is not None:
            assert items[place]["id"] == document["item_id"]
            assert "is_done" not in items[place]
            part = (place, document.get("content_index", document.get("summary_index", "arguments")))
            if kind.endswith("part.added"):
                contents.add(part)
            elif kind.endswith("part.done"):
                contents.remove(part)
            elif "arguments" not in part and "custom" not in kind:
                assert part in contents
    ending = documents[-1]["response"]
    assert [item | {"is_done": True} for item in ending["output"]] == list(items.values())
    for document in (*documents[:2], documents[-1]):
        assert document["response"].keys() >= STRICT


def _output(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    output: list[dict[str, Any]] = documents[-1]["response"]["output"]
    return output


def test_a_whole_answer() -> None:
    thought, message, call = _whole(THOUGHT, Text(text="Well"), Refusal(text="No."), CALL)["output"]
    assert (thought["summary"], thought["encrypted_content"]) == (
        [{"type": "summary_text", "text": "Hm"}],
        blob_of(THOUGHT),
    )
    assert message["content"] == [
        {"type": "output_text", "text": "Well", "annotations": [], "logprobs": []},
        {"type": "refusal", "refusal": "No."},
    ]
    assert {name: call[name] for name in ("type", "call_id", "name", "arguments", "status")} == {
        "type": "function_call",
        "call_id": "call_1",
        "name": "f",
        "arguments": '{"x":1}',
        "status": "completed",
    }


def test_a_response_repeats_its_request_and_keeps_nothing() -> None:
    body = {"store": True, "metadata": {"a": "b"}, "temperature": 0.5, "instructions": "Be kind."}
    document = _whole(Text(text="Well"), body=body)
    assert (document["store"], document["background"], document["previous_response_id"]) == (False, False, None)
    assert (document["metadata"], document["temperature"], document["instructions"]) == ({"a": "b"}, 0.5, "Be kind.")
    assert (document["id"], document["model"], document["status"]) == ("resp_1", "snapshot-1", "completed")


@pytest.mark.parametrize(
    ("reason", "status", "details"),
    [
        ("stop", "completed", None),
        ("tool_calls", "completed", None),
        ("length", "incomplete", {"reason": "max_output_tokens"}),
        ("content_filter", "incomplete", {"reason": "content_filter"}),
        ("other", "completed", None),
    ],
)
def test_how_it_ended(reason: Any, status: str, details: object) -> None:  # noqa: ANN401
    whole, last = _whole(finish_reason=reason), _streamed(finish_reason=reason)[-1]
    assert (whole["status"], whole["incomplete_details"]) == (status, details)
    assert (last["type"], last["response"]["incomplete_details"]) == (f"response.{status}", details)


def test_usage() -> None:
    usage = TokenUsage(input_tokens=10, output_tokens=5, cached_input_tokens=0, cache_write_tokens=2)
    assert (
        _whole(usage=usage)["usage"]
        == _streamed(usage=usage)[-1]["response"]["usage"]
        == {
            "input_tokens": 10,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 2},
            "output_tokens": 5,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 15,
        }
    )
    assert _whole(usage=TokenUsage())["usage"] is None


def test_sources_stand_at_the_words_that_they_are_about() -> None:
    note = {
        "type": "url_citation",
        "url_citation": {"url": "https://a", "title": "A", "start_index": 6, "end_index": 8},
    }
    message, _, second = _whole(Text(text="One"), CALL, Text(text="Twofold"), annotations=(note,))["output"]
    assert message["content"][0]["annotations"] == []
    (told_note,) = second["content"][0]["annotations"]
    assert (told_note["start_index"], told_note["end_index"], told_note["url"]) == (3, 5, "https://a")


def test_a_stream_of_thoughts_words_and_parallel_calls() -> None:
    second = ToolCall(id="call_2", name="g", arguments="{}")
    documents = _streamed(
        ReasoningDelta("H", is_summary=True), ReasoningDelta("m", is_summary=True), ReasoningDone(THOUGHT),
        TextDelta("We"), TextDelta("ll"), RefusalDelta("No."),
        ToolCallStarted(0, "call_1", "f"), ToolCallStarted(1, "call_2", "g"), ToolArgumentsDelta(1, "{}"),
        ToolArgumentsDelta(0, '{"x"'), ToolArgumentsDelta(0, ":1}"), ToolCallDone(1, second), ToolCallDone(0, CALL),
        finish_reason="tool_calls",
    )  # fmt: skip
    thought, message, first, other = _output(documents)
    assert (thought["summary"], thought["encrypted_content"]) == (
        [{"type": "summary_text", "text": "Hm"}],
        blob_of(THOUGHT),
    )
    assert [content.get("text", content.get("refusal")) for content in message["content"]] == ["Well", "No."]
    assert [(item["call_id"], item["arguments"]) for item in (first, other)] == [
        ("call_1", '{"x":1}'),
        ("call_2", "{}"),
    ]


def test_a_call_without_arguments_has_an_empty_object() -> None:
    """Trap 8."""
    call = ToolCall(id="call_1", name="f", arguments="")
    documents = _streamed(ToolCallStarted(0, "call_1", "f"), ToolCallDone(0, call))
    assert [each["delta"] for each in documents if each["type"].endswith("arguments.delta")] == ["{}"]
    assert _output(documents)[0]["arguments"] == "{}"


def test_free_text_for_a_tool() -> None:
    call = ToolCall(id="c", name="run", arguments="ls", is_custom=True)
    started = ToolCallStarted(0, "c", "run", is_custom=True)
    documents = _streamed(started, ToolArgumentsDelta(0, "ls"), ToolCallDone(0, call))
    assert _output(documents)[0]["input"] == "ls"


def test_what_must_come_back_has_an_item_where_it_has_no_words() -> None:
    """Trap 4."""
    seal = Reasoning(signature="Zml4", origin="a:b")
    started = ToolCallStarted(0, "call_1", "f", signature="Zml4", origin="a:b")
    streamed = _output(_streamed(TextDelta("Well"), ReasoningDone(seal), started, ToolCallDone(0, SIGNED)))
    whole = _whole(Text(text="Well"), seal, SIGNED)["output"]
    for items in (streamed, whole):
        assert [item["type"] for item in items] == ["message", "reasoning", "reasoning", "function_call"]
        assert [item.get("encrypted_content") for item in items] == [None, blob_of(seal), blob_of(SIGNED), None]


def test_an_answer_that_broke_off_says_so_in_both_shapes() -> None:
    encoder = ResponseEncoder({}, **FACTS)
    list(encoder.encode(TextDelta("We")))
    ((name, data),) = encoder.failed("server_is_overloaded", "Busy.")
    document = EVENT.validate_json(data)
    assert (name, document.type) == (b"error", "error")
    assert b'"error":{"type":"server_error","code":"server_is_overloaded"' in data


@pytest.mark.parametrize("is_stream", [False, True])
def test_what_a_client_hands_back_is_what_was_asked(is_stream: bool) -> None:
    """Trap 4, and thoughts of Claude through a client of OpenAI."""
    started = ToolCallStarted(0, "call_1", "f", signature="Zml4", origin="a:b")
    events = (ReasoningDelta("Hm"), ReasoningDone(THOUGHT), started, ToolCallDone(0, SIGNED))
    items = _output(_streamed(*events)) if is_stream else _whole(THOUGHT, SIGNED)["output"]
    turn = read_conversation({"input": [{"role": "user", "content": "Hi"}, *items]}).turns[1]
    thought, seal, call = turn.parts
    assert isinstance(thought, Reasoning)
    assert (thought.text, thought.signature, thought.origin) == ("Hm", "c2ln", "a:b")
    assert isinstance(seal, Reasoning)
    assert (seal.signature, seal.call_id, seal.origin) == ("Zml4", "call_1", "a:b")
    assert isinstance(call, ToolCall)
    assert (call.id, call.arguments) == ("call_1", "{}")
