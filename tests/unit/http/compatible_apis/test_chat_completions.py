"""The Chat Completions API: conversations that clients continue, and answers of providers of other protocols."""

from typing import Any

import orjson
import pytest

from application.errors import InvalidInput
from application.prompts.completion import (
    Choice,
    CompletionEvent,
    ReasoningDelta,
    ReasoningDone,
    RefusalDelta,
    StreamStarted,
    TextDelta,
    TokenUsage,
    ToolArgumentsDelta,
    ToolCallDone,
    ToolCallStarted,
)
from application.prompts.conversation import (
    Audio,
    Document,
    Image,
    OutputFormat,
    Reasoning,
    ReasoningOptions,
    Refusal,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from entrypoints.http.compatible_apis.chat_completions.answer import completion_document
from entrypoints.http.compatible_apis.chat_completions.request import read_conversation
from entrypoints.http.compatible_apis.chat_completions.streaming import DONE, ChunkEncoder
from tests.fakes.client import a_turn
from tests.fakes.generation import completed

USER: dict[str, Any] = {"role": "user", "content": "Hello"}
CALL = ToolCall(id="c1", name="weather", arguments='{"city":"Rome"}', origin="a:m")
SEALED = ToolCall(id="c2", name="clock", arguments="", signature="sealed", origin="a:m")
THOUGHT = Reasoning(text="Hmm.", signature="sealed", origin="a:m")
HIDDEN = Reasoning(redacted="dark", origin="a:m")


def document_of(*parts: Any, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - parts and fields of a completion
    document = completion_document(completed(*parts, **facts), completion_id="chatcmpl-1", created=1, model="ours")
    return dict(document)


def chunks_of(*events: CompletionEvent, with_usage: bool = False) -> list[dict[str, Any]]:
    encoder = ChunkEncoder(completion_id="chatcmpl-1", created=1, model="ours", with_usage=with_usage)
    *data, last = [data for event in events for data in encoder.encode(event)]
    assert last == DONE
    return [orjson.loads(each) for each in data]


def message_of(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Put a message together as clients do."""
    message: dict[str, Any] = {}
    for chunk in chunks:
        for choice in chunk["choices"]:
            delta = dict(choice["delta"])
            for call in delta.pop("tool_calls", ()):
                calls = message.setdefault("tool_calls", [])
                if call["index"] == len(calls):
                    calls.append({name: value for name, value in call.items() if name != "index"})
                    continue
                place = calls[call["index"]]
                # As OpenAI's own client demands it of every piece.
                place["function"]["arguments"] += call["function"]["arguments"]
                place |= {name: value for name, value in call.items() if name not in {"index", "function"}}
            for name, value in delta.items():
                grows = isinstance(value, str | list) and name in message and name != "role"
                message[name] = message[name] + value if grows and message[name] is not None else value
    return message


def test_a_conversation_that_used_tools_is_read() -> None:
    body = {
        "messages": [
            {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
            USER,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}},
                    {"id": "c2", "type": "custom", "custom": {"name": "sql", "input": "select 1"}},
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "Sunny"},
            {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "1"}]},
            {"role": "user", "content": "Thanks"},
            {"role": "assistant", "content": "Well,", "refusal": "I cannot.", "function_call": None},
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "function", "name": "f", "content": None},
        ]
    }
    assert read_conversation(body).turns == (
        a_turn("system", "Be brief."),
        a_turn("user", "Hello"),
        a_turn(
            "assistant",
            ToolCall(id="c1", name="weather", arguments='{"city":"Rome"}'),
            ToolCall(id="c2", name="sql", arguments="select 1", is_custom=True),
        ),
        a_turn(
            "user",
            ToolResult(call_id="c1", parts=(Text(text="Sunny"),)),
            ToolResult(call_id="c2", parts=(Text(text="1"),)),
            "Thanks",
        ),
        a_turn("assistant", "Well,", Refusal(text="I cannot.")),
        a_turn("assistant", ToolCall(id="f", name="f", arguments="{}")),
        a_turn("user", ToolResult(call_id="f", parts=())),
    )


def test_results_before_a_word_of_the_system_stand_before_it() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}
    messages = [
        USER,
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "system", "content": "Hurry."},
    ]
    *_, result, hurry = read_conversation({"messages": messages}).turns
    assert result == a_turn("user", ToolResult(call_id="c1", parts=(Text(text="1"),)))
    assert hurry == a_turn("system", "Hurry.")


def test_parts_are_read() -> None:
    content = [
        {"type": "text", "text": "Look"},
        {
            "type": "image_url",
            "image_url": {"url": "data:image/PNG;base64,aGk=", "detail": "low"},
        },
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "input_audio", "input_audio": {"format": "wav", "data": "aGk="}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,aGk=", "filename": "a.pdf"}},
    ]
    (turn,) = read_conversation({"messages": [{"role": "user", "content": content}]}).turns
    assert turn.parts == (
        Text(text="Look"),
        Image(media_type="image/png", data="aGk=", detail="low"),
        Image(url="https://example.com/a.png"),
        Audio(format="wav", data="aGk="),
        Document(media_type="application/pdf", data="aGk=", filename="a.pdf"),
    )


def test_tools_formats_and_efforts_are_read() -> None:
    schema = {"type": "object"}
    body: dict[str, Any] = {
        "messages": [USER],
        "tools": [
            {"type": "function", "function": {"name": "f", "description": "d", "parameters": schema, "strict": True}},
            {"type": "custom", "custom": {"name": "sql", "format": {"type": "text"}}},
        ],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
        "parallel_tool_calls": False,
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}},
        "reasoning_effort": "high",
    }
    conversation = read_conversation(body)
    assert conversation.tools == (
        Tool(name="f", description="d", parameters=schema, strict=True),
        Tool(name="sql", is_custom=True, grammar={"type": "text"}),
    )
    assert conversation.tool_choice == ToolChoice(mode="required", names=("f",))
    assert conversation.parallel_tool_calls is False
    assert conversation.output_format == OutputFormat(kind="json_schema", name="n", schema=schema, strict=True)
    assert conversation.reasoning == ReasoningOptions(effort="high")


@pytest.mark.parametrize(
    ("choice", "read"),
    [
        ("auto", ToolChoice(mode="auto")),
        ("none", ToolChoice(mode="none")),
        ("required", ToolChoice(mode="required")),
        ({"type": "custom", "custom": {"name": "sql"}}, ToolChoice(mode="required", names=("sql",))),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
            },
            ToolChoice(mode="auto", names=("f",)),
        ),
    ],
)
def test_choices_of_tools_are_read(choice: object, read: ToolChoice) -> None:
    assert read_conversation({"messages": [USER], "tool_choice": choice}).tool_choice == read


@pytest.mark.parametrize(
    ("message", "pointer"),
    [
        ({"role": "tool", "content": "x"}, "/messages/0/tool_call_id"),
        ({"role": "function", "content": "x"}, "/messages/0/name"),
        ({"content": "x"}, "/messages/0/role"),
        ({"role": "user", "content": 5}, "/messages/0/content"),
        ({"role": "user", "content": [5]}, "/messages/0/content/0"),
        ({"role": "user", "content": [{"type": "file", "file": {}}]}, "/messages/0/content/0/file/file_data"),
        ({"role": "assistant", "tool_calls": {}}, "/messages/0/tool_calls"),
        ({"role": "assistant", "function_call": {"name": "f"}}, "/messages/0/function_call/arguments"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(message: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_conversation({"messages": [message]})
    assert refusal.value.pointer == pointer


def test_what_must_come_back_comes_back() -> None:
    """Thoughts and signatures of providers of other protocols go through the client unchanged, streamed or not."""
    usage = TokenUsage()
    whole = document_of(THOUGHT, HIDDEN, "Hi", CALL, SEALED, finish_reason="tool_calls", usage=usage)
    (choice,) = whole["choices"]
    streamed = message_of(
        chunks_of(
            StreamStarted(),
            ReasoningDelta("Hm"),
            ReasoningDelta("m."),
            ReasoningDone(THOUGHT),
            ReasoningDone(HIDDEN),
            TextDelta("Hi"),
            ToolCallStarted(0, "c1", "weather"),
            ToolArgumentsDelta(0, '{"city":'),
            ToolArgumentsDelta(0, '"Rome"}'),
            ToolCallDone(0, CALL),
            ToolCallStarted(1, "c2", "clock"),
            ToolCallDone(1, SEALED),
            completed(THOUGHT, HIDDEN, "Hi", CALL, SEALED, finish_reason="tool_calls", usage=usage),
        )
    )
    for message in (choice["message"], streamed):
        assert message["tool_calls"][1]["function"]["arguments"] == "{}"
        (turn,) = read_conversation({"messages": [message]}).turns
        bare = ToolCall(id="c1", name="weather", arguments='{"city":"Rome"}')
        signed = ToolCall(id="c2", name="clock", arguments="{}", signature="sealed", origin="a:m")
        assert turn == a_turn("assistant", THOUGHT, HIDDEN, "Hi", bare, signed)


def test_every_piece_of_a_call_names_its_function_or_its_text() -> None:
    # The official client looks for the function in each piece.
    chunks = chunks_of(ToolCallStarted(0, "c", "f"), ToolCallDone(0, SEALED), completed(SEALED))
    pieces = [call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", [])]
    assert len(pieces) == 2
    assert all("arguments" in piece["function"] for piece in pieces)


def test_what_another_provider_sealed_is_handed_to_nobody() -> None:
    message = {
        "role": "assistant",
        "content": "Hi",
        "reasoning_details": [{"type": "reasoning.text", "text": "Hm.", "signature": "of somebody else"}],
        "tool_calls": [
            {
                "id": "c",
                "type": "function",
                "function": {"name": "f", "arguments": "{}"},
                "extra_content": {"google": {"thought_signature": "of somebody else"}},
            }
        ],
    }
    (turn,) = read_conversation({"messages": [message]}).turns
    assert turn == a_turn("assistant", Reasoning(text="Hm."), "Hi", ToolCall(id="c", name="f", arguments="{}"))


@pytest.mark.parametrize(
    ("parts", "content", "refusal"),
    [
        (("Hi",), "Hi", None),
        (("",), "", None),
        ((CALL,), None, None),
        ((Refusal(text="No."),), None, "No."),
        (("Hm", Refusal(text="No.")), "Hm", "No."),
    ],
)
def test_contents_of_messages(parts: tuple[Any, ...], content: str | None, refusal: str | None) -> None:
    (choice,) = document_of(*parts)["choices"]
    assert (choice["message"]["content"], choice["message"]["refusal"]) == (content, refusal)


def test_several_answers_and_all_that_is_reported_them() -> None:
    note = {"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "A"}}
    logprobs = {"content": [{"token": "A", "logprob": -0.1}]}
    choices = (
        Choice(parts=(Text(text="A"),), finish_reason="stop", annotations=(note,), logprobs=logprobs),
        Choice(parts=(Refusal(text="B"),), finish_reason="content_filter", index=1),
    )
    usage = TokenUsage(
        input_tokens=9,
        output_tokens=4,
        cached_input_tokens=0,
        cache_write_tokens=2,
        audio_input_tokens=1,
        reasoning_tokens=3,
    )
    answer = completed(choices=choices, usage=usage, service_tier="flex")
    document = completion_document(answer, completion_id="chatcmpl-1", created=1, model="ours")
    first, second = document["choices"]
    assert (first["message"]["annotations"], first["logprobs"], first["finish_reason"]) == ([note], logprobs, "stop")
    assert (second["index"], second["message"]["refusal"], second["finish_reason"]) == (1, "B", "content_filter")
    assert (document["service_tier"], document["usage"]["total_tokens"]) == ("flex", 13)
    assert document["usage"]["prompt_tokens_details"] == {
        "cached_tokens": 0,
        "cache_write_tokens": 2,
        "audio_tokens": 1,
    }
    assert document["usage"]["completion_tokens_details"] == {"reasoning_tokens": 3}
    *chunks, last = chunks_of(TextDelta("A"), RefusalDelta("B", 1), answer, with_usage=True)
    assert [choice["index"] for chunk in chunks for choice in chunk["choices"] if choice["delta"].get("role")] == [0, 1]
    assert {choice["index"]: choice["finish_reason"] for chunk in chunks for choice in chunk["choices"]} == {
        0: "stop",
        1: "content_filter",
    }
    assert (last["choices"], last["usage"]) == ([], document["usage"])
    assert all(chunk["usage"] is None for chunk in chunks)


def test_free_text_calls_are_streamed_as_such() -> None:
    call = ToolCall(id="c", name="sql", arguments="select 1", is_custom=True)
    chunks = chunks_of(
        ToolCallStarted(0, "c", "sql", is_custom=True),
        ToolArgumentsDelta(0, "select 1"),
        ToolCallDone(0, call),
        completed(call, finish_reason="tool_calls"),
    )
    pieces = [call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", ())]
    assert pieces == [
        {"index": 0, "id": "c", "type": "custom", "custom": {"name": "sql", "input": ""}},
        {"index": 0, "custom": {"input": "select 1"}},
    ]
