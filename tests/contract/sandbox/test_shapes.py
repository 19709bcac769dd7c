"""The sandbox's answers have the fields, the types and the order of events of the files in `shapes/`."""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import SandboxClient

SHAPES: Final = Path(__file__).parent / "shapes"
TOWN: Final = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "Name of the town"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
    },
    "required": ["city", "unit"],
    "additionalProperties": False,
}
FUNCTION: Final = {"name": "get_weather", "description": "Temperature of a town now", "parameters": TOWN}
TWICE: Final = "call weather and call weather"
EMPTY: Final = {"type": "object", "properties": {}}


def _chat(text: str, **more: object) -> tuple[str, str, dict[str, Any]]:
    body = {"model": "gpt-5.4-mini", "messages": [{"role": "user", "content": text}], **more}
    return "openai", "/chat/completions", body


def _responses(text: str, **more: object) -> tuple[str, str, dict[str, Any]]:
    reasoning = {"effort": "medium", "summary": "auto"}
    return "openai", "/responses", {"model": "gpt-6-sol", "input": text, "reasoning": reasoning, **more}


def _messages(text: str, **more: object) -> tuple[str, str, dict[str, Any]]:
    body = {"model": "claude-haiku-5-5", "max_tokens": 4096, "messages": [{"role": "user", "content": text}], **more}
    return "anthropic", "/v1/messages", body


def _generate(text: str, method: str = "generateContent", **more: object) -> tuple[str, str, dict[str, Any]]:
    body = {"contents": [{"role": "user", "parts": [{"text": text}]}], **more}
    return "google", f"/models/gemini-3.8-flash:{method}", body


_TOOLS: Final[dict[str, Any]] = {"tools": [{"type": "function", "function": FUNCTION}]}
_FLAT_TOOLS: Final[dict[str, Any]] = {"tools": [{"type": "function", **FUNCTION, "strict": True}]}
_CLAUDE_TOOLS: Final[dict[str, Any]] = {
    "tools": [{"name": "get_weather", "input_schema": TOWN}, {"name": "list_towns", "input_schema": EMPTY}]
}
_GEMINI_TOOLS: Final[dict[str, Any]] = {
    "tools": [{"functionDeclarations": [{"name": "get_weather", "parametersJsonSchema": TOWN}]}]
}
_FORMAT: Final = {"type": "json_schema", "json_schema": {"name": "town", "strict": True, "schema": TOWN}}
_SUMMARIES: Final[dict[str, Any]] = {"thinking": {"type": "adaptive", "display": "summarized"}}
_THOUGHTS: Final[dict[str, Any]] = {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}
_SSE: Final = "streamGenerateContent?alt=sse"

REQUESTS: Final = {
    "chat.tools.json": _chat(TWICE, **_TOOLS),
    "chat.refusal.json": _chat("sandbox:decline"),
    "chat.structured.json": _chat("Fill it", response_format=_FORMAT),
    "embeddings.json": (
        "openai",
        "/embeddings",
        {"model": "text-embedding-3-small", "input": ["one", "two"], "dimensions": 4, "encoding_format": "float"},
    ),
    "embeddings.base64.json": (
        "openai",
        "/embeddings",
        {"model": "text-embedding-3-small", "input": ["one", "two"], "dimensions": 4, "encoding_format": "base64"},
    ),
    "responses.reasoning.json": _responses("Hello"),
    "responses.tools.json": _responses(TWICE, **_FLAT_TOOLS),
    "responses.incomplete.json": _responses("Hello", max_output_tokens=16),
    "chat.tools.txt": _chat(TWICE, stream=True, stream_options={"include_usage": True}, **_TOOLS),
    "responses.reasoning.txt": _responses("Hello", stream=True),
    "responses.tools.txt": _responses(TWICE, stream=True, **_FLAT_TOOLS),
    "responses.text.txt": _responses("Hello", stream=True, reasoning={"effort": "none"}),
    "error.chat.too-long.json": _chat("sandbox:too-long"),
    "error.responses.too-long.json": _responses("sandbox:too-long"),
    "error.responses.encrypted.json": _responses(
        "",
        input=[
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAAxyz"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Hello"},
        ],
    ),
    "error.chat.tools-with-reasoning.json": _chat("Hello", **_TOOLS, model="gpt-5.6-terra"),
    "messages.thinking.json": _messages("sandbox:redacted", **_SUMMARIES),
    "messages.tools.json": _messages("call weather and call weather sandbox:interleaved", **_CLAUDE_TOOLS),
    "messages.refusal.json": _messages("sandbox:refuse"),
    "messages.thinking.txt": _messages("sandbox:redacted", **_SUMMARIES, stream=True),
    "messages.tools.txt": _messages("call weather and call towns sandbox:interleaved", **_CLAUDE_TOOLS, stream=True),
    "error.messages.prefill.json": _messages("", messages=[{"role": "assistant", "content": "It"}]),
    "error.messages.too-long.json": _messages("sandbox:too-long"),
    "error.messages.too-long-output.json": _messages("sandbox:too-long=output"),
    "generate.thoughts.json": _generate("Hello sandbox:cached=1", **_THOUGHTS),
    "generate.tools.json": _generate(TWICE + " sandbox:cached=1", **_GEMINI_TOOLS),
    "generate.malformed-call.json": _generate("sandbox:finish=failed", generationConfig={"maxOutputTokens": 0}),
    "generate.tools.txt": _generate(TWICE + " sandbox:cached=1", _SSE, **_GEMINI_TOOLS, **_THOUGHTS),
    "generate.thoughts.txt": _generate("Hello sandbox:cached=1", _SSE, **_THOUGHTS),
    "embed.json": (
        "google",
        "/models/gemini-embedding-001:batchEmbedContents",
        {
            "requests": [
                {"model": "models/gemini-embedding-001", "content": {"parts": [{"text": text}]}} for text in ("a", "b")
            ]
        },
    ),
    "embed.single.json": (
        "google",
        "/models/gemini-embedding-001:embedContent",
        {"content": {"parts": [{"text": "a"}]}, "outputDimensionality": 4},
    ),
    "error.generate.signature.json": _generate(
        "",
        contents=[
            {"role": "user", "parts": [{"text": "call weather"}]},
            {"role": "model", "parts": [{"functionCall": {"name": "get_weather", "args": {}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "get_weather", "response": {"output": 4}}}]},
        ],
        **_GEMINI_TOOLS,
    ),
    "error.generate.too-long.json": _generate("sandbox:too-long"),
}


def test_every_shape_is_requested() -> None:
    assert sorted(REQUESTS) == sorted(path.name for path in SHAPES.iterdir() if path.suffix != ".md")


def _missing(expected: Any, found: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """What the shape has and the answer has not."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            yield f"{place}: {found!r} is no object"
            return
        for name, value in expected.items():
            if name not in found:
                yield f"{place}.{name} is missing"
            elif found[name] is not None and value is not None and name not in {"args", "input"}:
                yield from _missing(value, found[name], f"{place}.{name}")
    elif isinstance(expected, list):
        if not isinstance(found, list):
            yield f"{place}: {found!r} is no list"
            return
        for at, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from _missing(one, other, f"{place}[{at}]")
    elif type(expected) is not type(found) and not (isinstance(expected, float) and isinstance(found, int)):
        yield f"{place}: {found!r} is not like {expected!r}"


@pytest.mark.parametrize("name", [name for name in REQUESTS if name.endswith(".json")])
async def test_an_answer_has_every_field(sandbox: Sandbox, http: aiohttp.ClientSession, name: str) -> None:
    provider, path, body = REQUESTS[name]
    answer = await SandboxClient(sandbox, http, provider).send("POST", path, body)
    expected = json.loads((SHAPES / name).read_text(encoding="utf-8"))
    assert answer.status == (400 if name.startswith("error.") else 200), answer.text
    assert list(_missing(expected, answer.json(), "")) == []


@pytest.mark.parametrize("name", [name for name in REQUESTS if name.startswith("error.")])
async def test_an_error_has_the_words_that_clients_look_for(
    sandbox: Sandbox, http: aiohttp.ClientSession, name: str
) -> None:
    provider, path, body = REQUESTS[name]
    found = (await SandboxClient(sandbox, http, provider).send("POST", path, body)).json()["error"]
    expected = json.loads((SHAPES / name).read_text(encoding="utf-8"))["error"]
    # What follows `gAAA` is the beginning and the end of what was sent.
    words, said = (re.sub(r"\d+|gAAA\S+", "", each.pop("message")) for each in (expected, found))
    assert words.split() == said.split()
    assert found == expected


def _events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The events, each with a word for what it is: its type, or the fields in which chunks differ."""
    payloads = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: {")]
    return [(_kind(event), event) for event in map(json.loads, payloads)]


def _kind(event: dict[str, Any]) -> str:
    if "type" in event:
        inner = event.get("delta", event.get("content_block", event.get("item", {})))
        return f"{event['type']} {inner.get('type', '') if isinstance(inner, dict) else ''}".strip()
    if "candidates" in event:
        part = event["candidates"][0]["content"].get("parts", [{}])[0]
        return "call" if "functionCall" in part else "thought" if part.get("thought") else "text"
    choice = (event["choices"] or [{}])[0]
    calls = choice.get("delta", {}).get("tool_calls", [{}])[0]
    return "begin" if "id" in calls else "arguments" if calls else str(choice.get("finish_reason"))


@pytest.mark.parametrize("name", [name for name in REQUESTS if name.endswith(".txt")])
async def test_a_stream_has_every_event_in_order(sandbox: Sandbox, http: aiohttp.ClientSession, name: str) -> None:
    provider, path, body = REQUESTS[name]
    answer = await SandboxClient(sandbox, http, provider).send("POST", path, body)
    expected, found = _events((SHAPES / name).read_text(encoding="utf-8")), _events(answer.text)
    orders = [
        [kind for kind, _ in groupby(kind for kind, _ in events if kind not in {"ping", "None"})]
        for events in (expected, found)
    ]
    assert orders[0] == orders[1]
    first = dict(reversed(found))
    last = dict(found)
    for kind, event in expected:
        wanted = last if "finishReason" in event.get("candidates", [{}])[0] else first
        if kind in wanted:
            assert list(_missing(event, wanted[kind], kind)) == []
