"""What an encoder writes for a provider, the API of the same protocol reads as the same conversation.

The two were written apart, and neither knows the other: what both say about a protocol is then more than what one says.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from application.prompts.conversation import (
    Conversation,
    Document,
    Image,
    OutputFormat,
    Part,
    Reasoning,
    Refusal,
    Sampling,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Turn,
)
from entrypoints.http.compatible_apis.chat_completions.request import read_conversation as read_chat
from entrypoints.http.compatible_apis.messages.request import read_conversation as read_messages
from entrypoints.http.compatible_apis.responses.request import read_conversation as read_responses
from tests.unit.providers.prompted_providers import ORIGIN
from tests.unit.providers.wire_protocols import CHAT_COMPLETIONS, GENERATE_CONTENT, MESSAGES, RESPONSES, write

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
TEXTS = st.builds(Text, text=WORDS)
IMAGES = st.one_of(
    st.just(Image(media_type="image/png", data="aGk=")), st.just(Image(url="https://a.example/picture.png"))
)
PDF = st.just(Document(media_type="application/pdf", data="aGk=", filename="a.pdf"))
JSON = st.dictionaries(WORDS, st.one_of(WORDS, st.integers(-9, 9), st.booleans(), st.none()), max_size=2)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
TOOLS = st.lists(NAMES, min_size=1, max_size=3, unique=True).map(
    lambda names: tuple(Tool(name=name, description="What it does", parameters=SCHEMA, strict=True) for name in names)
)
RESULT_PARTS = st.lists(st.one_of(TEXTS, IMAGES), min_size=1, max_size=2).map(tuple)


@st.composite
def _turns(draw: st.DrawFn, thoughts: st.SearchStrategy[Reasoning]) -> tuple[Turn, ...]:
    """Draw a conversation as it comes about: questions, thoughts, words, calls with their results."""
    turns = [Turn(role="system", parts=(draw(TEXTS),))] if draw(st.booleans()) else []
    for step in range(draw(st.integers(1, 3))):
        turns.append(
            Turn(role="user", parts=tuple(draw(st.lists(st.one_of(TEXTS, IMAGES, PDF), min_size=1, max_size=2))))
        )
        ids = [f"call_{step}_{number}" for number in range(draw(st.integers(0, 2)))]
        if ids:
            calls = [ToolCall(id=each, name=draw(NAMES), arguments=orjson.dumps(draw(JSON)).decode()) for each in ids]
            thought = [draw(thoughts)] if draw(st.booleans()) else []
            turns.append(Turn(role="assistant", parts=(*thought, *draw(st.lists(TEXTS, max_size=1)), *calls)))
            results = [ToolResult(call_id=each, parts=draw(RESULT_PARTS), is_error=draw(st.booleans())) for each in ids]
            turns.append(Turn(role="user", parts=tuple(results)))
        turns.append(Turn(role="assistant", parts=(draw(TEXTS),)))
    return (*turns, Turn(role="user", parts=(draw(TEXTS),)))


ASKED = st.fixed_dictionaries(
    {
        "tools": TOOLS,
        "tool_choice": st.one_of(
            st.none(), st.sampled_from([ToolChoice(mode="auto"), ToolChoice(mode="none"), ToolChoice(mode="required")])
        ),
        "output_format": st.one_of(
            st.none(), st.just(OutputFormat(kind="json_schema", name="answer", schema=SCHEMA, strict=True))
        ),
    }
)
CLAUDE = st.one_of(
    st.builds(Reasoning, text=WORDS, signature=WORDS, origin=st.just(ORIGIN)),
    st.builds(Reasoning, redacted=WORDS, origin=st.just(ORIGIN)),
)
GPT = st.builds(
    lambda summary, blob: Reasoning(
        text="\n\n".join(summary), summary=tuple(summary), encrypted=blob, item_id="rs_1", origin=ORIGIN
    ),
    st.lists(WORDS, max_size=2),
    WORDS,
)


def _same(read: Conversation, turns: Sequence[Turn], asked: dict[str, Any]) -> bool:
    return (
        _joined(read.turns) == _joined(turns)
        and read.tools == asked["tools"]
        and read.tool_choice == asked["tool_choice"]
        and not read.untranslatable
        and read.sampling.max_tokens == 9_000
    )


def _joined(turns: Sequence[Turn]) -> list[tuple[str, list[Part]]]:
    """Return the turns with neighbours of one role as one, and blobs without their origin, which no protocol tells."""
    found: list[tuple[str, list[Part]]] = []
    for turn in turns:
        parts = [replace(part, origin=None) if isinstance(part, Reasoning | ToolCall) else part for part in turn.parts]
        if found and found[-1][0] == turn.role:
            found[-1][1].extend(parts)
        else:
            found.append((turn.role, parts))
    return found


@given(_turns(CLAUDE), ASKED)
def test_messages(turns: tuple[Turn, ...], asked: dict[str, Any]) -> None:
    body = write(MESSAGES, *turns, model_id="claude-opus-4-8", sampling=Sampling(max_tokens=9_000), **asked).body
    # What a file is called, Messages tells as its title.
    reported = tuple(
        replace(turn, parts=tuple(_titled(part) if isinstance(part, Document) else part for part in turn.parts))
        for turn in turns
    )
    read = read_messages(body)
    assert _same(read, reported, asked)
    assert (read.output_format is None) is (asked["output_format"] is None)


def _titled(document: Document) -> Document:
    return replace(document, title=document.filename, filename=None)


@given(_turns(GPT), ASKED)
def test_responses(turns: tuple[Turn, ...], asked: dict[str, Any]) -> None:
    body = write(RESPONSES, *turns, model_id="gpt-6-sol", sampling=Sampling(max_tokens=9_000), **asked).body
    read = read_responses(body)
    assert _same(read, _as_responses(turns), asked)
    assert read.output_format == asked["output_format"]


def _as_responses(turns: Sequence[Turn]) -> list[Turn]:
    """Return what Responses can say: that a tool failed is said in words, and texts of a result are one."""

    def result(part: ToolResult) -> ToolResult:
        texts = [each.text for each in part.parts if isinstance(each, Text)]
        if len(texts) == len(part.parts):
            words = "\n".join(texts)
            return ToolResult(call_id=part.call_id, parts=(Text(text=f"Error: {words}" if part.is_error else words),))
        failed = (Text(text="Error:"),) if part.is_error else ()
        shown = tuple(replace(each, detail="auto") if isinstance(each, Image) else each for each in part.parts)
        return ToolResult(call_id=part.call_id, parts=(*failed, *shown))

    def reported(part: Part) -> Part:
        if isinstance(part, ToolResult):
            return result(part)
        return replace(part, detail="auto") if isinstance(part, Image) else part

    return [replace(turn, parts=tuple(reported(part) for part in turn.parts)) for turn in turns]


@given(_turns(st.builds(Reasoning, text=WORDS, signature=WORDS, origin=st.just(ORIGIN))), ASKED)
def test_generate_content(turns: tuple[Turn, ...], asked: dict[str, Any]) -> None:
    """No client speaks it: what is read back here is what Google counts and compares."""
    body = write(GENERATE_CONTENT, *turns, model_id="gemini-3.8-flash", **asked).body
    contents = body["contents"]
    assert [each["role"] for each in contents] == [
        "user" if number % 2 == 0 else "model" for number in range(len(contents))
    ]
    for before, after in pairwise(contents):
        calls = [part["functionCall"] for part in before["parts"] if "functionCall" in part]
        results = [part["functionResponse"] for part in after["parts"] if "functionResponse" in part]
        assert [(each["id"], each["name"]) for each in calls] == [(each["id"], each["name"]) for each in results]
        sealed = [part for part in before["parts"] if "functionCall" in part and "thoughtSignature" in part]
        assert len(sealed) == bool(calls)
    said = [part.text for turn in turns if turn.role != "system" for part in turn.parts if isinstance(part, Text)]
    assert said == [
        part["text"] for each in contents for part in each["parts"] if "text" in part and "thought" not in part
    ]


@given(st.lists(st.one_of(TEXTS, st.builds(Refusal, text=WORDS)), min_size=1, max_size=4))
def test_refusals_in_responses(parts: list[Part]) -> None:
    turns = (Turn(role="user", parts=(Text(text="Ask"),)), Turn(role="assistant", parts=tuple(parts)))
    body = write(RESPONSES, *turns).body
    assert _joined(read_responses(body).turns) == _joined(turns)


@given(_turns(CLAUDE), ASKED)
def test_chat_completions(turns: tuple[Turn, ...], asked: dict[str, Any]) -> None:
    """Thoughts have no field there, and that a tool failed is said in words."""
    body = write(CHAT_COMPLETIONS, *turns, sampling=Sampling(max_tokens=9_000), **asked).body
    read = read_chat(body)
    assert (read.tools, read.tool_choice, read.output_format) == (
        asked["tools"],
        asked["tool_choice"],
        asked["output_format"],
    )
    assert (read.sampling.max_tokens, read.untranslatable) == (9_000, ())
    assert _parts(read.turns, ToolCall) == _parts(turns, ToolCall)
    assert [part.call_id for part in _parts(read.turns, ToolResult)] == [
        part.call_id for part in _parts(turns, ToolResult)
    ]
    for role in ("system", "user", "assistant"):
        # Texts side by side are one there.
        assert _words(read.turns, role) == _words(turns, role)


def _words(turns: Sequence[Turn], role: str) -> list[str]:
    return [line for part in _parts(turns, Text, role) for line in part.text.split("\n")]


def _parts(turns: Sequence[Turn], kind: type, role: str | None = None) -> list[Any]:
    return [
        replace(part, origin=None) if isinstance(part, ToolCall) else part
        for turn in turns
        if role in {None, turn.role}
        for part in turn.parts
        if isinstance(part, kind)
    ]
