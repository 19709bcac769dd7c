"""The official OpenAI client with tools, formats and thoughts, on models of providers of every protocol."""

import json
from collections.abc import AsyncIterator
from typing import Any, Final

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam, ChatCompletionToolParam
from pydantic import BaseModel

from sandbox.server import Sandbox
from tests.e2e.api_client import Api
from tests.e2e.sandbox_models import registered

Messages = list["ChatCompletionMessageParam"]

SCHEMA: Final[dict[str, object]] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
TOOLS: Final[list[ChatCompletionToolParam]] = [
    {"type": "function", "function": {"name": "get_weather", "description": "Weather", "parameters": SCHEMA}},
    {"type": "function", "function": {"name": "list_towns"}},
]
WEATHER: Final = {"city": "Oslo", "days": 2}
# Chat Completions itself, Responses (a model that reasons), Messages and generateContent, with thoughts and without.
MODELS: Final[tuple[tuple[str, str], ...]] = (
    ("openai", "chat-latest"),
    ("openai", "gpt-5.6"),
    ("anthropic", "claude-haiku-4-5"),
    ("anthropic", "claude-opus-5-5"),
    ("google", "gemini-2.0-flash"),
    ("google", "gemini-3.8-flash"),
)
everywhere = pytest.mark.parametrize(("provider", "model"), MODELS)


def said(text: str) -> Messages:
    return [{"role": "user", "content": text}]


@pytest.fixture
async def client(api: Api) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{api.url}/v1", api_key=api.token, max_retries=0, timeout=20) as client:
        yield client


async def asked(client: openai.AsyncOpenAI, *, stream: bool, **request: Any) -> ChatCompletion:  # noqa: ANN401
    """Return the answer; that of a stream as the client itself puts it together."""
    if not stream:
        answer: ChatCompletion = await client.chat.completions.create(**request)
        return answer
    async with client.chat.completions.stream(**request, stream_options={"include_usage": True}) as events:
        async for _ in events:
            pass
        return await events.get_final_completion()


@pytest.mark.parametrize("stream", [False, True])
@everywhere
async def test_calls_tools_in_parallel_and_continues_with_their_results(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, *, provider: str, model: str, stream: bool
) -> None:
    await registered(api, sandbox, provider, model_id=model)
    messages = said(f"call weather {json.dumps(WEATHER)} and call towns")
    first = await asked(client, stream=stream, model=model, messages=messages, tools=TOOLS)
    choice = first.choices[0]
    assert choice.finish_reason == "tool_calls"
    calls = [call for call in choice.message.tool_calls or [] if call.type == "function"]
    assert [call.function.name for call in calls] == ["get_weather", "list_towns"]
    assert [json.loads(call.function.arguments) for call in calls] == [WEATHER, {}]
    assert len({call.id for call in calls}) == 2
    assert first.usage is not None
    assert first.usage.completion_tokens > 0
    history: Messages = [
        *messages,
        choice.message.model_dump(exclude_none=True),  # type: ignore[list-item] # as the client's manual has it
        {"role": "tool", "tool_call_id": calls[0].id, "content": "4 degrees"},
        {"role": "tool", "tool_call_id": calls[1].id, "content": "Oslo"},
    ]
    second = await asked(client, stream=stream, model=model, messages=history, tools=TOOLS)
    assert second.choices[0].message.content == "get_weather returned “4 degrees”. list_towns returned “Oslo”."
    assert second.choices[0].finish_reason == "stop"


# What OpenAI itself writes oddly goes through as it is.
CUTS: Final = [
    (*each, mark)
    for each in MODELS
    for mark in ("whole-calls", "no-index", "index-0", "long-ids", "empty-arguments")
    if each != ("openai", "chat-latest") or mark in {"whole-calls", "long-ids"}
]


@pytest.mark.parametrize(("provider", "model", "mark"), CUTS)
async def test_calls_come_whole_however_the_provider_cuts_them(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, *, provider: str, model: str, mark: str
) -> None:
    await registered(api, sandbox, provider, model_id=model)
    messages = said(f"call weather {json.dumps(WEATHER)} and call towns sandbox:{mark}")
    answer = await asked(client, stream=True, model=model, messages=messages, tools=TOOLS)
    calls = [call for call in answer.choices[0].message.tool_calls or [] if call.type == "function"]
    assert [call.function.name for call in calls] == ["get_weather", "list_towns"]
    assert json.loads(calls[1].function.arguments) == {}


@everywhere
async def test_calls_the_tool_that_it_must(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str, model: str
) -> None:
    await registered(api, sandbox, provider, model_id=model)
    forced: dict[str, Any] = {"type": "function", "function": {"name": "list_towns"}}
    request = {"model": model, "messages": said("Hello"), "tools": TOOLS, "tool_choice": forced}
    if model == "claude-opus-5-5":
        with pytest.raises(openai.BadRequestError) as refused:
            await asked(client, stream=False, **request)
        assert (refused.value.param, refused.value.code) == ("tool_choice", "unsupported_parameter")
        return
    answer = await asked(client, stream=False, **request, parallel_tool_calls=False)
    assert [call.type == "function" and call.function.name for call in answer.choices[0].message.tool_calls or []] == [
        "list_towns"
    ]


class Weather(BaseModel):
    """What is to be filled in."""

    city: str
    days: int


@pytest.mark.parametrize(("provider", "model"), [each for each in MODELS if each[1] != "gemini-2.0-flash"])
async def test_fills_a_schema(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str, model: str
) -> None:
    await registered(api, sandbox, provider, model_id=model)
    answer = await client.chat.completions.parse(model=model, messages=said("Fill it"), response_format=Weather)
    assert answer.choices[0].message.parsed == Weather(city="sample", days=1)


@everywhere
async def test_says_how_much_to_think_and_what_only_tunes(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str, model: str
) -> None:
    await registered(api, sandbox, provider, model_id=model)
    is_thinking = model not in {"chat-latest", "gemini-2.0-flash"}
    effort: dict[str, Any] = {"reasoning_effort": "high"} if is_thinking else {}
    raw = await client.chat.completions.with_raw_response.create(
        model=model, messages=said("Hello"), seed=7, prompt_cache_key="k", **effort
    )
    assert raw.parse().choices[0].message.content == "You said “Hello” (1 word)."
    left_out = set(filter(None, raw.headers.get("Ignored-Fields", "").split(", ")))
    expected = {"openai": set(), "anthropic": {"seed", "prompt_cache_key"}, "google": {"prompt_cache_key"}}[provider]
    assert left_out == expected
    sent: dict[str, Any] = sandbox.requests[-1].json or {}
    seed = sent.get("seed") or sent.get("generationConfig", {}).get("seed")
    assert seed == (None if provider == "anthropic" else 7)


@pytest.mark.parametrize(("provider", "model"), [("anthropic", "claude-haiku-4-5"), ("google", "gemini-2.5-flash")])
@pytest.mark.parametrize(
    ("field", "value"), [("prediction", {"type": "content", "content": "x"}), ("logit_bias", {"1": 5}), ("n", 2)]
)
async def test_is_refused_by_name_what_another_protocol_cannot_say(
    client: openai.AsyncOpenAI,
    api: Api,
    sandbox: Sandbox,
    *,
    provider: str,
    model: str,
    field: str,
    value: Any,  # noqa: ANN401
) -> None:
    await registered(api, sandbox, provider, model_id=model)
    sandbox.requests.clear()
    if (provider, field) == ("google", "n"):
        answer = await client.chat.completions.create(model=model, messages=said("Hello"), n=2)
        assert [choice.index for choice in answer.choices] == [0, 1]
        return
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(model=model, messages=said("Hello"), extra_body={field: value})
    assert (refused.value.param, refused.value.code) == (field, "unsupported_parameter")
    assert not sandbox.requests


async def test_has_several_answers_of_a_provider_of_its_own_protocol(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox
) -> None:
    await registered(api, sandbox)
    answer = await client.chat.completions.create(model="chat-latest", messages=said("Hello"), n=3, logprobs=True)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert all(choice.logprobs is not None for choice in answer.choices)
    stream = await client.chat.completions.create(model="chat-latest", messages=said("Hello"), n=2, stream=True)
    ended = [choice.index async for chunk in stream for choice in chunk.choices if choice.finish_reason]
    assert sorted(ended) == [0, 1]


async def test_is_told_what_the_provider_itself_says(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox) -> None:
    await registered(api, sandbox)
    with pytest.raises(
        openai.BadRequestError, match="The provider answered: \"This model's maximum context"
    ) as refused:
        await client.chat.completions.create(model="chat-latest", messages=said("sandbox:too-long"))
    assert refused.value.code == "context_length_exceeded"
    assert sandbox.key("openai") not in str(refused.value)
