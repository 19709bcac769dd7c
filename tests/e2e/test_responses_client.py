"""The official OpenAI client works with our address in Responses, whichever provider answers."""

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai.types.responses import FunctionToolParam
from pydantic import BaseModel

from sandbox.server import Sandbox
from tests.e2e.api_client import Api
from tests.e2e.sandbox_models import HELLO, MODELS, registered
from tests.e2e.test_openai_client import client_of

TOOLS: list[FunctionToolParam] = [
    {
        "type": "function",
        "name": name,
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        "strict": False,
    }
    for name in ("weather", "population")
]
THINKERS = {"openai": "gpt-5.2", "anthropic": "claude-haiku-4-5", "google": "gemini-2.5-flash"}
everywhere = pytest.mark.parametrize("provider", MODELS)


class Town(BaseModel):
    """What the answer must be."""

    name: str


@pytest.fixture
async def client(api: Api) -> AsyncIterator[openai.AsyncOpenAI]:
    async with client_of(api) as client:
        yield client


@everywhere
async def test_answers_and_streams(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str) -> None:
    await registered(api, sandbox, provider)
    response = await client.responses.create(model=MODELS[provider], input="Hello there")
    assert (response.output_text, response.status) == (HELLO, "completed")
    async with client.responses.stream(model=MODELS[provider], input="Hello there") as stream:
        words = [event.delta async for event in stream if event.type == "response.output_text.delta"]
        final = await stream.get_final_response()
    assert "".join(words) == final.output_text == HELLO
    assert final.usage is not None
    assert final.usage.output_tokens > 0


@everywhere
@pytest.mark.parametrize("is_stream", [False, True])
async def test_calls_tools_over_two_turns_and_hands_thoughts_back(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str, is_stream: bool
) -> None:
    """The sandbox refuses a turn whose thoughts do not come back as the provider gave them."""
    await registered(api, sandbox, provider, model_id=THINKERS[provider])
    asked: dict[str, Any] = {
        "model": THINKERS[provider],
        "tools": TOOLS,
        "reasoning": {"effort": "low", "summary": "auto"},
        "max_output_tokens": 4_000,
    }
    items: list[Any] = [{"role": "user", "content": "call all"}]
    if is_stream:
        async with client.responses.stream(input=items, **asked) as stream:
            first: Any = await stream.get_final_response()
    else:
        first = await client.responses.create(input=items, **asked)
    calls = [item for item in first.output if item.type == "function_call"]
    assert sorted(call.name for call in calls) == ["population", "weather"]
    assert any(item.type == "reasoning" for item in first.output)
    given = [item.model_dump(exclude_unset=True, exclude={"parsed_arguments"}) for item in first.output]
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "4 all"} for call in calls]
    items += [*given, *results]
    second = await client.responses.create(input=items, **asked)
    assert second.status == "completed"
    assert "4 all" in second.output_text


@everywhere
async def test_an_answer_of_a_form(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str) -> None:
    await registered(api, sandbox, provider)
    response = await client.responses.parse(model=MODELS[provider], input="Name a town", text_format=Town)
    assert isinstance(response.output_parsed, Town)


@pytest.mark.usefixtures("without_pauses")
async def test_raises_its_own_errors(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox) -> None:
    await registered(api, sandbox, "anthropic", key="rate_limited")
    with pytest.raises(openai.RateLimitError):
        await client.responses.create(model=MODELS["anthropic"], input="Hello there")
    with pytest.raises(openai.BadRequestError) as refused:
        await client.responses.create(model=MODELS["anthropic"], input="Hi", previous_response_id="resp_1")
    assert refused.value.param == "previous_response_id"


@everywhere
@pytest.mark.usefixtures("without_pauses")
async def test_raises_for_an_error_inside_a_stream(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str
) -> None:
    await registered(api, sandbox, provider)
    sandbox.faults.add(
        kind="error_event", provider=provider, operation="stream", after=1 if provider == "google" else 3
    )
    with pytest.raises(openai.APIError):
        await _read(client, MODELS[provider])


async def _read(client: openai.AsyncOpenAI, model: str) -> None:
    async for _ in await client.responses.create(model=model, input="Hello there", stream=True):
        pass
