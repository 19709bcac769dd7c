"""Calls of tools in streamed and whole chat completions, however a server writes them."""

from typing import Any

import pytest

from adapters.providers.chat_completions.completion import read_completion
from adapters.providers.chat_completions.streaming import ChunkDecoder
from application.prompts.completion import (
    Delta,
    ReasoningDelta,
    ReasoningDone,
    TextDelta,
    ToolArgumentsDelta,
    ToolCallDone,
    ToolCallStarted,
)
from application.prompts.conversation import Reasoning, Text, ToolCall

ORIGIN = "account:model"


def a_chunk(reason: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"choices": [{"index": index, "delta": delta, "finish_reason": reason}]}


def calling(reason: str | None = None, *pieces: dict[str, Any]) -> dict[str, Any]:
    return a_chunk(reason, tool_calls=list(pieces))


def piece(arguments: object = None, *, name: str | None = None, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {**facts, "function": function}


def decoded(*chunks: dict[str, Any]) -> tuple[list[Delta], ChunkDecoder]:
    decoder = ChunkDecoder(ORIGIN)
    deltas = [delta for chunk in chunks for delta in decoder.decode(chunk)]
    decoder.has_ended = True
    return deltas, decoder


def calls_of(decoder: ChunkDecoder) -> list[tuple[str, str]]:
    return [(part.name, part.arguments) for part in decoder.parsed.choices[0].parts if isinstance(part, ToolCall)]


TWO = [("first", '{"a":1}'), ("second", '{"b":2}')]


@pytest.mark.parametrize(
    "chunks",
    [
        # OpenAI.
        [
            calling(None, piece("", index=0, id="c1", name="first")),
            calling(None, piece('{"a"', index=0)),
            calling(None, piece(":1}", index=0)),
            calling(None, piece("", index=1, id="c2", name="second")),
            calling(None, piece('{"b":2}', index=1)),
        ],
        # Arguments already in the first piece.
        [
            calling(None, piece('{"a"', index=0, id="c1", name="first")),
            calling(None, piece(":1}", index=0)),
            calling(None, piece('{"b":2}', index=1, id="c2", name="second")),
        ],
        # Interleaved.
        [
            calling(None, piece("", index=0, id="c1", name="first"), piece("", index=1, id="c2", name="second")),
            calling(None, piece('{"b"', index=1), piece('{"a"', index=0)),
            calling(None, piece(":1}", index=0), piece(":2}", index=1)),
        ],
        # Everything 0, with a new id for each call.
        [
            calling(None, piece('{"a":1}', index=0, id="c1", name="first")),
            calling(None, piece('{"b"', index=0, id="c2", name="second")),
            calling(None, piece(":2}", index=0, id="c2")),
        ],
        # No numbers at all.
        [
            calling(None, piece('{"a"', id="c1", name="first")),
            calling(None, piece(":1}")),
            calling(None, piece('{"b":2}', id="c2", name="second")),
        ],
        # Whole, in one chunk, with objects and without ids.
        [calling(None, piece({"a": 1}, name="first"), piece({"b": 2}, name="second"))],
        # The id repeated with every piece.
        [
            calling(None, piece("", index=0, id="c1", name="first")),
            calling(None, piece('{"a":1}', index=0, id="c1", name="first")),
            calling(None, piece('{"b":2}', index=1, id="c2", name="second")),
        ],
    ],
)
def test_parallel_calls_are_distinguished(chunks: list[dict[str, Any]]) -> None:
    deltas, decoder = decoded(*chunks, a_chunk("tool_calls"))
    assert calls_of(decoder) == TWO
    assert [(d.index, d.name) for d in deltas if isinstance(d, ToolCallStarted)] == [(0, "first"), (1, "second")]
    for index, (_, arguments) in enumerate(TWO):
        said = [d.text for d in deltas if isinstance(d, ToolArgumentsDelta) and d.index == index]
        assert "".join(said) == arguments
    done = [delta for delta in deltas if isinstance(delta, ToolCallDone)]
    assert [(d.index, d.call.arguments) for d in done] == [(0, '{"a":1}'), (1, '{"b":2}')]
    started = {d.index: d.id for d in deltas if isinstance(d, ToolCallStarted)}
    assert all(d.call.id == started[d.index] and d.call.origin == ORIGIN for d in done)


@pytest.mark.parametrize(
    ("reason", "meant"),
    [
        ("tool_calls", "tool_calls"),
        ("stop", "tool_calls"),
        ("something_new", "tool_calls"),
        ("length", "length"),
        ("content_filter", "content_filter"),
    ],
)
def test_an_answer_with_calls_that_ended_by_itself_ended_for_them(reason: str, meant: str) -> None:
    call = piece("{}", index=0, id="c1", name="f")
    _, decoder = decoded(calling(reason, call))
    assert decoder.parsed.finish_reason == meant
    _, decoder = decoded(calling(None, call), a_chunk(reason))
    assert decoder.parsed.finish_reason == meant
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    whole = read_completion({"choices": [{"index": 0, "message": message, "finish_reason": reason}]}, ORIGIN)
    assert whole is not None
    assert whole.finish_reason == meant


def test_a_stream_without_a_reason_keeps_what_was_said() -> None:
    _, decoder = decoded(a_chunk(content="Hel"), a_chunk(content="lo"))
    assert decoder.is_whole
    assert decoder.parsed.choices[0].parts == [Text(text="Hello")]
    _, decoder = decoded(calling(None, piece("{}", index=0, id="c1", name="f")))
    assert (calls_of(decoder), decoder.parsed.finish_reason) == ([("f", "{}")], "tool_calls")


def test_a_second_end_repeats_nothing() -> None:
    deltas, _ = decoded(calling("stop", piece("{}", index=0, id="c1", name="f")), a_chunk("tool_calls"))
    assert sum(isinstance(delta, ToolCallDone) for delta in deltas) == 1


def test_free_text_tools_are_called_with_their_text() -> None:
    first = {"index": 0, "id": "c1", "type": "custom", "custom": {"name": "sql", "input": "select"}}
    rest = {"index": 0, "custom": {"input": " 1"}}
    deltas, decoder = decoded(calling(None, first), calling("tool_calls", rest))
    assert deltas[0] == ToolCallStarted(0, "c1", "sql", is_custom=True)
    (call,) = decoder.parsed.choices[0].parts
    assert call == ToolCall(id="c1", name="sql", arguments="select 1", is_custom=True, origin=ORIGIN)


def test_thoughts_end_where_words_begin() -> None:
    details = [{"type": "reasoning.encrypted", "data": "xyz"}]
    deltas, decoder = decoded(
        a_chunk(reasoning_content="Hm"),
        a_chunk(reasoning="m.", reasoning_details=details),
        a_chunk(content="Hi"),
        a_chunk("stop"),
    )
    thought = Reasoning(text="Hmm.", encrypted='[{"type":"reasoning.encrypted","data":"xyz"}]', origin=ORIGIN)
    assert deltas == [ReasoningDelta("Hm"), ReasoningDelta("m."), ReasoningDone(thought), TextDelta("Hi")]
    assert decoder.parsed.choices[0].parts == [thought, Text(text="Hi")]


def test_each_of_several_choices_has_its_own_words_and_end() -> None:
    deltas, decoder = decoded(
        a_chunk(content="A"), a_chunk(index=1, content="B"), a_chunk("stop"), a_chunk("length", index=1, content="!")
    )
    assert deltas == [TextDelta("A"), TextDelta("B", 1), TextDelta("!", 1)]
    assert [(choice.parts, choice.finish_reason) for choice in decoder.parsed.choices] == [
        ([Text(text="A")], "stop"),
        ([Text(text="B!")], "length"),
    ]


@pytest.mark.parametrize("index", [-1, 128, True, "0", None, 10**30])
def test_a_choice_of_no_sensible_number_is_the_first(index: object) -> None:
    _, decoder = decoded({"choices": [{"index": index, "delta": {"content": "A"}, "finish_reason": "stop"}]})
    assert len(decoder.parsed.choices) == 1
