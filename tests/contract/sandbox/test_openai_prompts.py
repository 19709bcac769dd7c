"""The official OpenAI client's chat completions: tools over turns, formats, reasoning, counts, refusals."""

import base64
import json
from typing import Any, Final

import openai
import pytest
from pydantic import BaseModel

from sandbox.server import Sandbox
from tests.contract.sandbox.sdks import openai_client

SCHEMA: Final = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER: Final[Any] = {"type": "function", "function": {"name": "get_weather", "strict": True, "parameters": SCHEMA}}
TOWNS: Final[Any] = {"type": "function", "function": {"name": "list_towns"}}
CODE: Final[Any] = {"type": "custom", "custom": {"name": "run_code"}}
PDF: Final = base64.b64encode(b"%PDF-1.7 sandbox").decode()


def _said(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


async def _create(sandbox: Sandbox, text: str = "Hello there", **more: Any) -> Any:  # noqa: ANN401 - any parameter
    async with openai_client(sandbox) as client:
        return await client.chat.completions.create(**{"model": "gpt-4o", "messages": _said(text), **more})


async def test_calls_tools_and_answers_with_their_results(sandbox: Sandbox) -> None:
    words = 'call weather {"city": "Oslo"} and call towns and call run_code "1 + 1"'
    answer = await _create(sandbox, words, tools=[WEATHER, TOWNS, CODE])
    asked = answer.choices[0].message
    assert (answer.choices[0].finish_reason, asked.content) == ("tool_calls", None)
    weather, towns, code = asked.tool_calls
    assert (weather.function.name, json.loads(weather.function.arguments)) == ("get_weather", {"city": "Oslo"})
    assert towns.function.arguments == "{}"
    assert (code.type, code.custom.input) == ("custom", "1 + 1")
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": text}
        for call, text in zip(asked.tool_calls, ("4 degrees", "Oslo", "2"), strict=True)
    ]
    history = [*_said(words), asked.model_dump(exclude_none=True), *results]
    response = await _create(sandbox, messages=history, tools=[WEATHER, TOWNS, CODE])
    assert response.choices[0].message.content == (
        "get_weather returned “4 degrees”. list_towns returned “Oslo”. run_code returned “2”."
    )


async def test_streams_the_arguments_in_pieces(sandbox: Sandbox) -> None:
    async with (
        openai_client(sandbox) as client,
        client.chat.completions.stream(model="gpt-4o", messages=_said("call all"), tools=[WEATHER, TOWNS]) as stream,
    ):
        pieces = [event async for event in stream if "arguments.delta" in event.type]
        final = await stream.get_final_completion()
    calls = final.choices[0].message.tool_calls or []
    assert [(call.function.name, call.function.arguments) for call in calls] == [
        ("get_weather", '{"city":"sample"}'),
        ("list_towns", "{}"),
    ]
    assert len(pieces) > 2
    assert final.choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("auto", []),
        ("none", []),
        ("required", ["get_weather"]),
        ({"type": "function", "function": {"name": "list_towns"}}, ["list_towns"]),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [TOWNS]}},
            ["list_towns"],
        ),
    ],
)
async def test_calls_what_it_must(sandbox: Sandbox, choice: Any, names: list[str]) -> None:  # noqa: ANN401 - any JSON
    answer = await _create(sandbox, tools=[WEATHER, TOWNS], tool_choice=choice)
    assert [call.function.name for call in answer.choices[0].message.tool_calls or []] == names


async def test_calls_one_tool_where_it_may_not_call_more(sandbox: Sandbox) -> None:
    answer = await _create(sandbox, "call all", tools=[WEATHER, TOWNS], parallel_tool_calls=False)
    assert len(answer.choices[0].message.tool_calls) == 1


async def test_calls_again_in_the_next_step(sandbox: Sandbox) -> None:
    words = "call towns then call weather"
    first = (await _create(sandbox, words, tools=[WEATHER, TOWNS])).choices[0].message
    result = {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "Oslo"}
    history = [*_said(words), first.model_dump(exclude_none=True), result]
    second = (await _create(sandbox, messages=history, tools=[WEATHER, TOWNS])).choices[0].message
    assert [call.function.name for call in second.tool_calls] == ["get_weather"]


class Town(BaseModel):
    name: str
    size: int
    rivers: list[str]


async def test_fills_a_schema(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        answer = await client.chat.completions.parse(model="gpt-4o", messages=_said("A town"), response_format=Town)
    assert answer.choices[0].message.parsed == Town(name="sample", size=1, rivers=["sample"])


async def test_writes_json_when_the_prompt_speaks_of_it(sandbox: Sandbox) -> None:
    answer = await _create(sandbox, "Some JSON", response_format={"type": "json_object"})
    assert json.loads(answer.choices[0].message.content) == {"answer": "You said “Some JSON” (2 words)."}
    with pytest.raises(openai.BadRequestError, match="must contain the word 'json'"):
        await _create(sandbox, response_format={"type": "json_object"})


async def test_gives_several_answers_with_probabilities(sandbox: Sandbox) -> None:
    answer = await _create(sandbox, n=2, logprobs=True, top_logprobs=2, seed=7)
    assert [choice.index for choice in answer.choices] == [0, 1]
    tokens = answer.choices[0].logprobs.content
    assert "".join(token.token for token in tokens) == answer.choices[0].message.content
    assert len(tokens[0].top_logprobs) == 2
    assert answer.system_fingerprint


async def test_stops_at_a_stop_sequence(sandbox: Sandbox) -> None:
    answer = await _create(sandbox, stop=["there", "(2"])
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("You said “Hello ", "stop")


async def test_sees_a_document_and_hears_sound(sandbox: Sandbox) -> None:
    file = {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PDF}"}}
    answer = await _create(sandbox, messages=[{"role": "user", "content": [file]}])
    assert "I see 1 file: application/pdf, 16 bytes." in answer.choices[0].message.content
    sound = {"type": "input_audio", "input_audio": {"data": PDF, "format": "wav"}}
    heard = await _create(sandbox, messages=[{"role": "user", "content": [sound]}], model="gpt-audio")
    assert heard.usage.prompt_tokens_details.audio_tokens == 258
    with pytest.raises(openai.BadRequestError, match="input_audio is only supported by certain models"):
        await _create(sandbox, messages=[{"role": "user", "content": [sound]}])


async def test_declines_in_a_place_of_its_own(sandbox: Sandbox) -> None:
    message = (await _create(sandbox, "sandbox:decline")).choices[0].message
    assert (message.content, message.refusal) == (None, "I cannot help with that.")


@pytest.mark.parametrize(
    ("effort", "tokens"), [("minimal", 4), ("low", 8), ("medium", 16), ("high", 32), (openai.NOT_GIVEN, 16)]
)
async def test_thinks_as_much_as_asked(sandbox: Sandbox, effort: Any, tokens: int) -> None:  # noqa: ANN401 - or not given
    answer = await _create(sandbox, model="gpt-5", reasoning_effort=effort)
    assert answer.usage.completion_tokens_details.reasoning_tokens == tokens


async def test_shows_what_came_from_the_cache(sandbox: Sandbox) -> None:
    usage = (await _create(sandbox, "Hello sandbox:cached=3 sandbox:written=2")).usage
    assert (usage.prompt_tokens_details.cached_tokens, usage.prompt_tokens_details.cache_write_tokens) == (3, 2)


CALLED: Final[Any] = {
    "role": "assistant",
    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "list_towns", "arguments": "{}"}}],
}
LONG: Final = {**CALLED, "tool_calls": [{**CALLED["tool_calls"][0], "id": "c" * 65}]}
IMAGE: Final = [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]
RESULT: Final = {"role": "tool", "tool_call_id": "c1", "content": "4"}
LOOSE: Final = {"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "object"}}}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"model": "gpt-5.4", "tools": [TOWNS], "reasoning_effort": "low"}, "Function tools with reasoning_effort"),
        ({"model": "gpt-5.6", "tools": [TOWNS]}, "Function tools with reasoning_effort"),
        ({"model": "gpt-5", "reasoning_effort": "xhigh"}, "Supported values are: 'minimal', 'low', 'medium', and"),
        ({"model": "gpt-5.6", "reasoning_effort": "max"}, "'reasoning_effort' does not support 'max'"),
        ({"model": "gpt-5", "top_p": 0.5}, "'top_p' does not support 0.5"),
        ({"model": "gpt-5", "logprobs": True}, "'logprobs' is not supported with this model"),
        ({"model": "o3", "max_tokens": 9}, "Use 'max_completion_tokens' instead"),
        ({"reasoning_effort": "low"}, "Unrecognized request argument supplied: reasoning_effort"),
        ({"tool_choice": "required"}, "'tool_choice' is only allowed when 'tools' are specified"),
        ({"tools": [LOOSE]}, "'additionalProperties' is required to be supplied and to be false"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "string does not match pattern"),
        ({"messages": [*_said("x"), CALLED]}, "The following tool_call_ids did not have response messages: c1"),
        ({"messages": [*_said("x"), CALLED, *_said("y"), RESULT]}, "did not have response messages: c1"),
        ({"messages": [*_said("x"), RESULT]}, "must be a response to a preceeding message with 'tool_calls'"),
        ({"messages": [*_said("x"), LONG]}, "string too long. Expected a string with maximum length 64"),
        ({"messages": [*_said("x"), CALLED, {**RESULT, "content": IMAGE}]}, "Image URLs are only allowed for messages"),
        ({"messages": _said("sandbox:too-long")}, "This model's maximum context length is 128000 tokens"),
    ],
)
async def test_refuses_what_the_real_one_refuses(sandbox: Sandbox, more: dict[str, Any], words: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await _create(sandbox, **more)
    assert words in refused.value.message


@pytest.mark.parametrize(
    "more",
    [
        {"model": "gpt-5.4", "tools": [TOWNS]},
        {"model": "gpt-5.6", "tools": [TOWNS], "reasoning_effort": "none"},
        {"model": "gpt-5.1", "temperature": 0.2},
        {"model": "gpt-5.6", "temperature": 0.2, "reasoning_effort": "none"},
    ],
)
async def test_takes_what_the_real_one_takes(sandbox: Sandbox, more: dict[str, Any]) -> None:
    answer = await _create(sandbox, **more)
    assert answer.usage.completion_tokens_details.reasoning_tokens == 0
