"""Answers in the Messages API, whole and streamed, as Anthropic's own client understands them."""

from typing import Any

import pytest
from anthropic.types import Message, RawMessageStreamEvent
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
from application.prompts.opaque_blobs import blob_of, signature_of
from entrypoints.http.compatible_apis.messages.answer import message_document
from entrypoints.http.compatible_apis.messages.request import read_conversation
from entrypoints.http.compatible_apis.messages.streaming import MessageEncoder
from tests.unit.http.compatible_apis.decoded_streams import an_ending, decoded

EVENT: TypeAdapter[RawMessageStreamEvent] = TypeAdapter(RawMessageStreamEvent)
THOUGHT = Reasoning(text="Hm", encrypted="gAAA", item_id="rs_1", origin="a:b")
CALL = ToolCall(id="call_1", name="f", arguments='{"x": 1}')
SIGNED = ToolCall(id="call_1", name="f", arguments="{}", signature="Zml4", origin="a:b")


def _whole(*parts: Any, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    document = dict(message_document(an_ending(*parts, **facts), message_id="msg_1", model="our-model"))
    Message.model_validate(document, strict=True)
    return document


def _streamed(*events: CompletionEvent, **facts: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    documents = decoded(MessageEncoder(message_id="msg_1", model="our-model"), *events, an_ending(**facts))
    _check(documents)
    return documents


def _check(documents: list[dict[str, Any]]) -> None:
    """Check that there is one message, whose blocks are opened, filled with what fits them, and closed in turn."""
    fitting = {
        "text": {"text_delta"},
        "thinking": {"thinking_delta", "signature_delta"},
        "tool_use": {"input_json_delta"},
    }
    opened, kind = -1, None
    for document in documents:
        EVENT.validate_python(document)
        match document["type"]:
            case "content_block_start":
                assert kind is None
                opened, kind = opened + 1, document["content_block"]["type"]
                assert document["index"] == opened
            case "content_block_delta":
                assert document["index"] == opened
                assert document["delta"]["type"] in fitting[str(kind)]
            case "content_block_stop":
                assert (document["index"], kind is None) == (opened, False)
                kind = None
    kinds = [document["type"] for document in documents]
    assert (kinds[0], kinds[-2:], kinds.count("message_start")) == (
        "message_start",
        ["message_delta", "message_stop"],
        1,
    )
    assert kind is None


def _blocks(documents: list[dict[str, Any]]) -> list[Any]:
    """Return each block as its start, and what its deltas add up to."""
    found: list[Any] = []
    for document in documents:
        if document["type"] == "content_block_start":
            found.append([document["content_block"], ""])
        elif document["type"] == "content_block_delta":
            delta = document["delta"]
            found[-1][1] += delta.get("text") or delta.get("thinking") or delta.get("partial_json") or ""
    return [
        (block["type"], block.get("name") or block.get("data") or words)
        if block["type"] != "tool_use"
        else (block["name"], words)
        for block, words in found
    ]


def test_a_whole_answer() -> None:
    document = _whole(THOUGHT, Text(text="Well"), CALL, finish_reason="tool_calls")
    assert document["content"] == [
        {"type": "thinking", "thinking": "Hm", "signature": blob_of(THOUGHT)},
        {"type": "text", "text": "Well"},
        {"type": "tool_use", "id": "call_1", "name": "f", "input": {"x": 1}},
    ]
    assert (document["id"], document["model"], document["stop_reason"]) == ("msg_1", "snapshot-1", "tool_use")


def test_the_signature_of_a_call_stands_before_it() -> None:
    sealed, call = _whole(SIGNED)["content"]
    assert (sealed, call["type"]) == ({"type": "redacted_thinking", "data": blob_of(SIGNED)}, "tool_use")


def test_arguments_that_are_no_object_are_kept_in_one() -> None:
    document = _whole(ToolCall(id="a", name="f", arguments="[1"), ToolCall(id="b", name="f", arguments=""))
    assert [block["input"] for block in document["content"]] == [{"input": "[1"}, {}]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "end_turn"),
        ({"stop_sequence": "END"}, "stop_sequence"),
        ({"finish_reason": "tool_calls"}, "tool_use"),
        ({"finish_reason": "length"}, "max_tokens"),
        ({"finish_reason": "content_filter"}, "refusal"),
        ({"finish_reason": "other"}, "end_turn"),
    ],
)
def test_reasons_of_the_end(facts: dict[str, Any], reason: str) -> None:
    whole, delta = _whole(**facts), _streamed(**facts)[-2]["delta"]
    assert whole["stop_reason"] == delta["stop_reason"] == reason
    assert whole["stop_sequence"] == delta["stop_sequence"] == facts.get("stop_sequence")


def test_a_refusal_in_words_is_one() -> None:
    document = _whole(Refusal(text="No."))
    details = {"type": "refusal", "category": None, "explanation": "No."}
    assert (document["stop_reason"], document["stop_details"]) == ("refusal", details)
    assert document["content"] == [{"type": "text", "text": "No."}]


def test_what_came_from_the_cache_or_went_there_is_not_in_the_input() -> None:
    """Trap 15."""
    usage = TokenUsage(
        input_tokens=100,
        output_tokens=5,
        cached_input_tokens=60,
        cache_write_tokens=30,
        cache_write_5m_tokens=10,
        cache_write_1h_tokens=20,
        reasoning_tokens=3,
    )
    expected = {
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_creation_input_tokens": 30,
        "cache_read_input_tokens": 60,
        "output_tokens_details": {"thinking_tokens": 3},
        "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
    }
    assert _whole(usage=usage)["usage"] == _streamed(usage=usage)[-2]["usage"] == expected
    untold = _whole(usage=TokenUsage())["usage"]
    assert untold == {
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_creation_input_tokens": None,
        "cache_read_input_tokens": None,
    }


def test_a_stream_of_thoughts_words_and_a_call() -> None:
    """Trap 7."""
    documents = _streamed(
        ReasoningDelta("H"), ReasoningDelta("m"), ReasoningDone(THOUGHT), TextDelta("We"), TextDelta("ll"),
        ToolCallStarted(0, "call_1", "f"), ToolArgumentsDelta(0, '{"x"'), ToolArgumentsDelta(0, ": 1}"),
        ToolCallDone(0, CALL),
        finish_reason="tool_calls",
    )  # fmt: skip
    assert _blocks(documents) == [("thinking", "Hm"), ("text", "Well"), ("f", '{"x": 1}')]
    signatures = [each["delta"] for each in documents if each.get("delta", {}).get("type") == "signature_delta"]
    assert signatures == [{"type": "signature_delta", "signature": blob_of(THOUGHT)}]


def test_calls_that_are_reported_at_the_same_time_have_one_block_after_the_other() -> None:
    """One block is open at a time, whatever the order in which a provider tells of several."""
    second = ToolCall(id="call_2", name="g", arguments='{"y": 2}')
    documents = _streamed(
        ToolCallStarted(0, "call_1", "f"), ToolCallStarted(1, "call_2", "g"), ToolArgumentsDelta(1, '{"y": '),
        ToolArgumentsDelta(0, '{"x": '), TextDelta("Well"), ToolArgumentsDelta(1, "2}"), ToolCallDone(1, second),
        ToolArgumentsDelta(0, "1}"), ToolCallDone(0, CALL),
        finish_reason="tool_calls",
    )  # fmt: skip
    assert _blocks(documents) == [("f", '{"x": 1}'), ("g", '{"y": 2}'), ("text", "Well")]


def test_a_call_whose_end_is_never_reported_is_closed_all_the_same() -> None:
    started = (ToolCallStarted(0, "call_1", "f"), ToolArgumentsDelta(0, "{}"), ToolCallStarted(1, "call_2", "g"))
    assert _blocks(_streamed(*started, TextDelta("Well"))) == [("f", "{}"), ("g", ""), ("text", "Well")]


def test_a_call_without_arguments_has_an_empty_object() -> None:
    """Trap 8."""
    call = ToolCall(id="call_1", name="f", arguments="")
    assert _blocks(_streamed(ToolCallStarted(0, "call_1", "f"), ToolCallDone(0, call))) == [("f", "{}")]


def test_what_must_come_back_has_a_block_where_it_has_no_words() -> None:
    """Trap 4."""
    seal = Reasoning(signature="Zml4", origin="a:b")
    started = ToolCallStarted(0, "call_1", "f", signature="Zml4", origin="a:b")
    documents = _streamed(
        TextDelta("Well"), ReasoningDone(seal), started, ToolArgumentsDelta(0, "{}"), ToolCallDone(0, SIGNED)
    )
    assert _blocks(documents) == [
        ("text", "Well"), ("redacted_thinking", blob_of(seal)), ("redacted_thinking", blob_of(SIGNED)), ("f", "{}"),
    ]  # fmt: skip


def test_thoughts_that_need_not_come_back_are_signed_all_the_same() -> None:
    """Clients take a thought without a signature for another model's, and make the user say it."""
    thought = Reasoning(text="Hm", origin="a:b")
    documents = _streamed(ReasoningDelta("Hm"), ReasoningDone(thought), RefusalDelta("No."))
    assert _blocks(documents) == [("thinking", "Hm"), ("text", "No.")]
    signatures = [each["delta"]["signature"] for each in documents if "signature" in each.get("delta", {})]
    assert signatures == [signature_of(thought)]
    assert _whole(thought)["content"] == [{"type": "thinking", "thinking": "Hm", "signature": signature_of(thought)}]


@pytest.mark.parametrize("is_stream", [False, True])
def test_what_a_client_hands_back_is_what_was_asked(is_stream: bool) -> None:
    """Trap 4, and thoughts of OpenAI through a client of Anthropic."""
    if is_stream:
        documents = _streamed(
            ReasoningDelta("Hm"), ReasoningDone(THOUGHT),
            ToolCallStarted(0, "call_1", "f", signature="Zml4", origin="a:b"), ToolCallDone(0, SIGNED),
        )  # fmt: skip
        content = [dict(each["content_block"]) for each in documents if each["type"] == "content_block_start"]
        content[0] |= {"thinking": "Hm", "signature": blob_of(THOUGHT)}
    else:
        content = _whole(THOUGHT, SIGNED)["content"]
    body = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": content}]}
    parts = read_conversation(body).turns[1].parts
    seal = Reasoning(signature="Zml4", call_id="call_1", origin="a:b")
    assert parts == (THOUGHT, seal, ToolCall(id="call_1", name="f", arguments="{}"))
