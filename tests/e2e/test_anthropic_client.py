"""The official Anthropic client works with our address and a token of ours, whichever provider answers."""

from collections.abc import AsyncIterator
from typing import Any

import anthropic
import pytest
from anthropic.types import MessageParam, ToolParam

from sandbox.server import Sandbox
from tests.e2e.api_client import Api
from tests.e2e.sandbox_models import HELLO, MODELS, USAGE, registered

HI: list[MessageParam] = [{"role": "user", "content": "Hello there"}]
CALL: list[MessageParam] = [{"role": "user", "content": "call all"}]
TOOLS: list[ToolParam] = [
    {
        "name": name,
        "description": "Tells something of a town",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
    for name in ("weather", "population")
]
# A model of each provider that thinks.
THINKERS = {"openai": "gpt-5.2", "anthropic": "claude-haiku-4-5", "google": "gemini-2.5-flash"}
everywhere = pytest.mark.parametrize("provider", MODELS)


@pytest.fixture
async def client(api: Api) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=api.url, api_key=api.token, max_retries=0, timeout=20) as client:
        yield client


@everywhere
async def test_answers(client: anthropic.AsyncAnthropic, api: Api, sandbox: Sandbox, provider: str) -> None:
    await registered(api, sandbox, provider)
    message = await client.messages.create(model=MODELS[provider], max_tokens=100, messages=HI)
    assert [block.text for block in message.content if block.type == "text"] == [HELLO]
    assert (message.stop_reason, message.usage.output_tokens > 0) == ("end_turn", True)


@everywhere
async def test_streams(client: anthropic.AsyncAnthropic, api: Api, sandbox: Sandbox, provider: str) -> None:
    await registered(api, sandbox, provider)
    async with client.messages.stream(model=MODELS[provider], max_tokens=100, messages=HI) as stream:
        words = "".join([text async for text in stream.text_stream])
        message = await stream.get_final_message()
    assert words == HELLO
    assert (message.stop_reason, message.usage.input_tokens > 0) == ("end_turn", True)


@everywhere
@pytest.mark.parametrize("is_stream", [False, True])
async def test_calls_tools_over_two_turns(
    client: anthropic.AsyncAnthropic, api: Api, sandbox: Sandbox, provider: str, is_stream: bool
) -> None:
    await registered(api, sandbox, provider, model_id=THINKERS[provider])
    asked: dict[str, Any] = {"model": THINKERS[provider], "max_tokens": 4_000, "tools": TOOLS}
    first = await _asked(client, CALL, is_stream=is_stream, **asked)
    calls = [block for block in first.content if block.type == "tool_use"]
    assert (first.stop_reason, sorted(call.name for call in calls)) == ("tool_use", ["population", "weather"])
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": f"{call.name}: 4"} for call in calls]
    turns: list[Any] = [*CALL, {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    second = await _asked(client, turns, is_stream=is_stream, **asked)
    words = "".join(block.text for block in second.content if block.type == "text")
    assert second.stop_reason == "end_turn"
    assert "weather: 4" in words
    assert "population: 4" in words


async def _asked(
    client: anthropic.AsyncAnthropic,
    messages: list[Any],
    *,
    is_stream: bool,
    **asked: Any,  # noqa: ANN401
) -> anthropic.types.Message:
    if not is_stream:
        message: anthropic.types.Message = await client.messages.create(messages=messages, **asked)
        return message
    async with client.messages.stream(messages=messages, **asked) as stream:
        return await stream.get_final_message()


@everywhere
async def test_hands_thoughts_back(client: anthropic.AsyncAnthropic, api: Api, sandbox: Sandbox, provider: str) -> None:
    """The sandbox refuses a turn whose thoughts do not come back as the provider gave them."""
    await registered(api, sandbox, provider, model_id=THINKERS[provider])
    asked: dict[str, Any] = {
        "model": THINKERS[provider],
        "max_tokens": 4_000,
        "tools": TOOLS,
        "thinking": {"type": "enabled", "budget_tokens": 2_000},
    }
    first = await client.messages.create(messages=CALL, **asked)
    thoughts = [block.type for block in first.content if block.type in {"thinking", "redacted_thinking"}]
    assert thoughts
    calls = [block for block in first.content if block.type == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": "4"} for call in calls]
    turns: list[Any] = [*CALL, {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    second = await client.messages.create(messages=turns, **asked)
    assert second.stop_reason == "end_turn"


@everywhere
async def test_counts_tokens(client: anthropic.AsyncAnthropic, api: Api, sandbox: Sandbox, provider: str) -> None:
    await registered(api, sandbox, provider)
    few = await client.messages.count_tokens(model=MODELS[provider], messages=HI)
    more = await client.messages.count_tokens(model=MODELS[provider], messages=[*HI, *HI, *HI], tools=TOOLS)
    assert 0 < few.input_tokens < more.input_tokens
    assert (await api.get(USAGE))["data"] == []


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("rate_limited", anthropic.RateLimitError),
        ("overloaded", anthropic.InternalServerError),
        ("bad_key", anthropic.InternalServerError),
    ],
)
@pytest.mark.usefixtures("without_pauses")
async def test_raises_its_own_errors(
    client: anthropic.AsyncAnthropic, api: Api, sandbox: Sandbox, key: str, error: type[anthropic.APIStatusError]
) -> None:
    await registered(api, sandbox, "anthropic", key=key)
    with pytest.raises(error) as refused:
        await client.messages.create(model=MODELS["anthropic"], max_tokens=9, messages=HI)
    assert refused.value.request_id
    with pytest.raises(anthropic.NotFoundError):
        await client.messages.create(model="no-such-model", max_tokens=9, messages=HI)


@everywhere
@pytest.mark.usefixtures("without_pauses")
async def test_raises_for_an_error_inside_a_stream(
    client: anthropic.AsyncAnthropic, api: Api, sandbox: Sandbox, provider: str
) -> None:
    await registered(api, sandbox, provider)
    after = {"openai": 2, "anthropic": 3, "google": 1}[provider]
    sandbox.faults.add(kind="error_event", provider=provider, operation="stream", after=after)
    async with client.messages.stream(model=MODELS[provider], max_tokens=100, messages=HI) as stream:
        with pytest.raises(anthropic.APIStatusError):
            await stream.get_final_message()
