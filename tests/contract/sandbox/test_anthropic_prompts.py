"""The official Anthropic client's messages: tools over turns, formats, caching, refusals."""

import base64
import json
from typing import Any, Final

import aiohttp
import anthropic
import pytest

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import PNG_TEXT, SandboxClient
from tests.contract.sandbox.sdks import anthropic_client

SCHEMA: Final = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER: Final[Any] = {"name": "get_weather", "input_schema": SCHEMA, "strict": True}
TOWNS: Final[Any] = {"name": "list_towns", "input_schema": {"type": "object"}}
PDF: Final = base64.b64encode(b"%PDF-1.7 sandbox").decode()
IMAGE: Final = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG_TEXT}}
MODEL: Final = "claude-haiku-4-5"


def _said(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


async def _create(sandbox: Sandbox, text: str = "Hello there", **more: Any) -> Any:  # noqa: ANN401 - any parameter
    async with anthropic_client(sandbox) as client:
        return await client.messages.create(**{"model": MODEL, "max_tokens": 500, "messages": _said(text), **more})


def _result(asked: str, content: Any, **more: object) -> dict[str, Any]:  # noqa: ANN401 - text or blocks
    return {"type": "tool_result", "tool_use_id": asked, "content": content, **more}


async def test_calls_tools_and_answers_with_their_results(sandbox: Sandbox) -> None:
    words = 'call weather {"city": "Oslo"} and call towns'
    asked = await _create(sandbox, words, tools=[WEATHER, TOWNS])
    assert asked.stop_reason == "tool_use"
    assert [(block.name, block.input) for block in asked.content] == [
        ("get_weather", {"city": "Oslo"}),
        ("list_towns", {}),
    ]
    first, second = (block.id for block in asked.content)
    shown = [{"type": "text", "text": "4 degrees"}, IMAGE]
    results = [_result(first, shown), _result(second, "no line", is_error=True)]
    history = [
        *_said(words),
        {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in asked.content]},
        {"role": "user", "content": results},
    ]
    answer = await _create(sandbox, messages=history, tools=[WEATHER, TOWNS])
    assert answer.content[0].text == (
        "get_weather returned “4 degrees”. list_towns failed with “no line”. I see 1 image: image/png, 70 bytes."
    )


async def test_streams_the_input_in_pieces(sandbox: Sandbox) -> None:
    async with (
        anthropic_client(sandbox) as client,
        client.messages.stream(
            model=MODEL,
            max_tokens=500,
            messages=_said("call all sandbox:interleaved"),
            tools=[WEATHER, TOWNS],
        ) as stream,
    ):
        pieces = [event.partial_json async for event in stream if event.type == "input_json"]
        final = await stream.get_final_message()
    assert [block.type for block in final.content] == ["text", "tool_use", "tool_use"]
    assert [getattr(block, "input", None) for block in final.content[1:]] == [{"city": "sample"}, {}]
    # A call without arguments streams nothing but an empty piece.
    assert pieces[-1] == ""
    assert json.loads("".join(pieces)) == {"city": "sample"}


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({"type": "auto"}, []),
        ({"type": "none"}, []),
        ({"type": "any"}, ["get_weather"]),
        ({"type": "tool", "name": "list_towns"}, ["list_towns"]),
    ],
)
async def test_calls_what_it_must(sandbox: Sandbox, choice: Any, names: list[str]) -> None:  # noqa: ANN401 - any JSON
    answer = await _create(sandbox, tools=[WEATHER, TOWNS], tool_choice=choice)
    assert [block.name for block in answer.content if block.type == "tool_use"] == names


async def test_calls_one_tool_where_it_may_not_call_more(sandbox: Sandbox) -> None:
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    assert len((await _create(sandbox, "call all", tools=[WEATHER, TOWNS], tool_choice=choice)).content) == 1


async def test_fills_a_schema(sandbox: Sandbox) -> None:
    answer = await _create(sandbox, output_config={"format": {"type": "json_schema", "schema": SCHEMA}})
    assert json.loads(answer.content[0].text) == {"city": "sample"}


async def test_sees_documents(sandbox: Sandbox) -> None:
    pdf = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}}
    answer = await _create(sandbox, messages=[{"role": "user", "content": [pdf]}])
    assert "I see 1 file: application/pdf, 16 bytes." in answer.content[0].text


async def test_names_the_stop_sequence(sandbox: Sandbox) -> None:
    answer = await _create(sandbox, stop_sequences=["there"])
    assert (answer.stop_reason, answer.stop_sequence, answer.content[0].text) == (
        "stop_sequence",
        "there",
        "You said “Hello ",
    )


async def test_refuses_with_details(sandbox: Sandbox) -> None:
    answer = await _create(sandbox, "sandbox:refuse")
    assert (answer.stop_reason, answer.content, answer.stop_details.category) == ("refusal", [], "cyber")


async def test_bills_what_it_caches_and_reads(sandbox: Sandbox) -> None:
    short, long = {"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"}
    system = [{"type": "text", "text": "one two three", "cache_control": long}]
    hello = [{"role": "user", "content": [{"type": "text", "text": "Hello there", "cache_control": short}]}]
    first = (await _create(sandbox, system=system, messages=hello)).usage
    again = (await _create(sandbox, system=system, messages=hello)).usage
    more = (await _create(sandbox, system=system, messages=[*hello, *_said("and more")])).usage
    assert (first.cache_creation.ephemeral_1h_input_tokens, first.cache_creation.ephemeral_5m_input_tokens) == (3, 2)
    assert (first.cache_creation_input_tokens, first.cache_read_input_tokens, first.input_tokens) == (5, 0, 3)
    assert (again.cache_creation_input_tokens, again.cache_read_input_tokens, again.input_tokens) == (0, 5, 3)
    assert (more.cache_read_input_tokens, more.input_tokens) == (5, 5)


async def test_counts_what_it_would_read(sandbox: Sandbox) -> None:
    async with anthropic_client(sandbox) as client:
        counted = await client.messages.count_tokens(model=MODEL, messages=_said("Hello"), tools=[WEATHER])
    assert counted.input_tokens == (await _create(sandbox, "Hello", tools=[WEATHER])).usage.input_tokens


async def test_an_older_model_continues_a_prefill(sandbox: Sandbox) -> None:
    begun = [*_said("Hello"), {"role": "assistant", "content": "I say"}]
    assert (await _create(sandbox, messages=begun)).content[0].text == "You said “Hello” (1 word)."
    for model in ("claude-sonnet-4-6", "claude-opus-5", "claude-fable-5"):
        with pytest.raises(anthropic.BadRequestError, match="does not support assistant message prefill"):
            await _create(sandbox, messages=begun, model=model)


async def test_only_newer_models_take_a_later_system_turn(sandbox: Sandbox) -> None:
    turns = [*_said("Hello"), {"role": "system", "content": "Be brief"}, *_said("Again")]
    for model in ("claude-opus-4-8", "claude-opus-5-5", "claude-sonnet-5", "claude-mythos-5"):
        assert (await _create(sandbox, messages=turns, model=model)).stop_reason == "end_turn"
    with pytest.raises(anthropic.BadRequestError, match=r"messages\.1\.role: Input should be"):
        await _create(sandbox, messages=turns)


CALL: Final = {"type": "tool_use", "id": "t1", "name": "list_towns", "input": {}}
ASKED: Final = {"role": "assistant", "content": [CALL]}
TEXT: Final = {"type": "text", "text": "x"}
CACHED: Final = {**TEXT, "cache_control": {"type": "ephemeral"}}
BOUNDED: Final = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"messages": [*_said("x"), ASKED, *_said("y")]}, "without `tool_result` blocks immediately after: t1"),
        (
            {"messages": [*_said("x"), ASKED, {"role": "user", "content": [TEXT, _result("t1", "4")]}]},
            "without `tool_result` blocks immediately after: t1",
        ),
        ({"messages": [{"role": "user", "content": [_result("t9", "4")]}]}, "unexpected `tool_use_id` found"),
        ({"messages": [*_said("x"), {"role": "assistant", "content": [{**CALL, "id": "a/b"}]}]}, "match pattern"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]}, "must be non-empty"),
        ({"messages": [{"role": "user", "content": []}]}, "all messages must have non-empty content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "does not match any of the expected"),
        ({"messages": [{"role": "user", "content": [CACHED] * 5}]}, "A maximum of 4 blocks with cache_control"),
        ({"tools": [TOWNS, TOWNS]}, "Tool names must be unique"),
        ({"tools": [{"name": "a b", "input_schema": {"type": "object"}}]}, "String should match pattern"),
        ({"tools": [{"name": "f", "input_schema": BOUNDED, "strict": True}]}, "property 'minimum' is not supported"),
        ({"tool_choice": {"type": "any"}}, "tool_choice may only be specified while providing tools"),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
            "'additionalProperties' must be explicitly set to false",
        ),
        ({"output_config": {"effort": "low"}}, "This model does not support the effort parameter"),
        ({"messages": _said("sandbox:too-long")}, "prompt is too long: 200"),
        ({"messages": _said("sandbox:too-long=output")}, "exceed context limit"),
    ],
)
async def test_refuses_what_the_real_one_refuses(sandbox: Sandbox, more: dict[str, Any], words: str) -> None:
    with pytest.raises(anthropic.BadRequestError) as refused:
        await _create(sandbox, **more)
    assert words in str(refused.value.body)


@pytest.mark.parametrize(
    ("model", "more", "words"),
    [
        ("claude-haiku-4-5", {"temperature": 1.5}, "temperature: range: 0..1"),
        ("claude-haiku-4-5", {"temperature": 0.5, "top_p": 0.5}, "cannot both be specified"),
        ("claude-opus-4-7", {"temperature": 0.5}, "`temperature` is deprecated for this model"),
        ("claude-sonnet-5", {"top_k": 5}, "`top_k` is deprecated for this model"),
        ("claude-sonnet-4-6", {"temperature": 0.5}, ""),
    ],
)
async def test_sampling_goes_by_the_model(
    sandbox: Sandbox, http: aiohttp.ClientSession, model: str, more: dict[str, Any], words: str
) -> None:
    answer = await SandboxClient(sandbox, http, "anthropic").chat(model=model, **more)
    assert answer.status == (400 if words else 200)
    assert words in answer.text
