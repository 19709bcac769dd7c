"""OpenAI's official client in the Responses API, whatever protocol the model's provider speaks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import openai
import pytest
from openai.types.responses import FunctionToolParam
from pydantic import BaseModel

from application.prompts.opaque_blobs import is_ours
from tests.contract.http.prompts.service_with_provider import (
    NAME,
    STREAMS,
    TOOL_STREAMS,
    TOOLS,
    URLS,
    WORD_STREAMS,
    WORDS,
    Served,
    served,
)
from tests.http_service import Service
from tests.unit.providers.wire_protocols import sample, sample_events

Start = Callable[[str], Awaitable[Served]]

ASK = "Is it warmer in Oslo or in Bergen?"
WEATHER: FunctionToolParam = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": None,
}
SIGNATURE = "Zml4dHVyZS10aG91Z2h0LXNpZ25hdHVyZQ=="
everywhere = pytest.mark.parametrize("provider", URLS)
elsewhere = pytest.mark.parametrize("provider", ["anthropic", "google"])


class Town(BaseModel):
    """What the answer must be."""

    name: str


@pytest.fixture
async def start(serve: Callable[..., Awaitable[Service]]) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:
        yield partial(served, serve, stack)


@everywhere
async def test_responses(start: Start, provider: str) -> None:
    at = await start(provider)
    at.answers(URLS[provider], sample(WORDS[provider]))
    response = await at.openai.responses.create(model=NAME, input=ASK, instructions="Be short.")
    assert (response.output_text, response.status) == ("Bergen is warmer.", "completed")
    assert response.usage is not None
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    assert response.output[0].type == "reasoning"


@everywhere
async def test_two_turns_with_tools_and_thoughts(start: Start, provider: str) -> None:
    """Trap 4: what the provider wants handed back comes back to it through a client that knows nothing of it."""
    at = await start(provider)
    at.answers(URLS[provider], sample(TOOLS[provider]))
    at.answers(URLS[provider], sample(WORDS[provider]))
    first = await at.openai.responses.create(model=NAME, input=ASK, tools=[WEATHER])
    calls = [item for item in first.output if item.type == "function_call"]
    assert calls[0].name == "get_weather"
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "4"} for call in calls]
    items: list[Any] = [{"role": "user", "content": ASK}, *first.output, *results]
    second = await at.openai.responses.create(model=NAME, input=items, tools=[WEATHER])
    assert second.output_text == "Bergen is warmer."
    sent = at.sent
    match provider:
        case "anthropic":
            kinds = [block["type"] for block in sent["messages"][1]["content"]]
            assert kinds.count("tool_use") == len(sent["messages"][2]["content"]) == len(calls)
        case "google":
            assert [part.get("thoughtSignature") for part in sent["contents"][1]["parts"]] == [SIGNATURE, None]
        case "openai":
            given = [item for item in sample(TOOLS["openai"])["output"] if item["type"] == "reasoning"]
            back = [item for item in sent["input"] if item.get("type") == "reasoning"]
            assert [item["encrypted_content"] for item in back] == [item["encrypted_content"] for item in given]


async def test_thoughts_of_claude_come_back_to_it(start: Start) -> None:
    at = await start("anthropic")
    at.answers(URLS["anthropic"], sample("anthropic/message.thinking.answer"))
    first = await at.openai.responses.create(model=NAME, input=ASK)
    items: list[Any] = [{"role": "user", "content": ASK}, *first.output, {"role": "user", "content": "And Bergen?"}]
    await at.openai.responses.create(model=NAME, input=items)
    given = sample("anthropic/message.thinking.answer")["content"][:2]
    assert at.sent["messages"][1]["content"][:2] == given


@everywhere
async def test_streams_with_tools(start: Start, provider: str) -> None:
    at = await start(provider)
    at.streams(STREAMS[provider], *sample_events(TOOL_STREAMS[provider]))
    async with at.openai.responses.stream(model=NAME, input=ASK, tools=[WEATHER]) as stream:
        kinds = [event.type async for event in stream]
        response = await stream.get_final_response()
    calls = [item for item in response.output if item.type == "function_call"]
    assert len(calls) == 2
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"


@elsewhere
async def test_streams_of_thoughts(start: Start, provider: str) -> None:
    at = await start(provider)
    at.streams(STREAMS[provider], *sample_events(WORD_STREAMS[provider]))
    async with at.openai.responses.stream(model=NAME, input=ASK) as stream:
        words = [event.delta async for event in stream if event.type == "response.output_text.delta"]
        response = await stream.get_final_response()
    assert "".join(words) == response.output_text == "Bergen is warmer."
    blobs = [item.encrypted_content for item in response.output if item.type == "reasoning" and item.encrypted_content]
    assert blobs
    assert all(is_ours(blob) for blob in blobs)


@everywhere
async def test_a_stream_that_breaks_off_is_raised(start: Start, provider: str) -> None:
    at = await start(provider)
    documents = sample_events(TOOL_STREAMS[provider])
    at.streams(STREAMS[provider], *documents[: len(documents) * 2 // 3])
    async with at.openai.responses.stream(model=NAME, input=ASK) as stream:
        with pytest.raises(openai.APIError):
            await stream.get_final_response()


@everywhere
async def test_an_answer_of_a_form(start: Start, provider: str) -> None:
    at = await start(provider)
    words = '{"name": "Bergen"}'
    documents: dict[str, Any] = {name: sample(WORDS[name]) for name in URLS}
    documents["anthropic"]["content"][2]["text"] = words
    documents["openai"]["output"][1]["content"][0]["text"] = words
    documents["google"]["candidates"][0]["content"]["parts"][1]["text"] = words
    at.answers(URLS[provider], documents[provider])
    response = await at.openai.responses.parse(model=NAME, input=ASK, text_format=Town)
    assert response.output_parsed == Town(name="Bergen")


@pytest.mark.parametrize("field", ["previous_response_id", "conversation"])
async def test_what_needs_a_memory_is_refused(start: Start, field: str) -> None:
    at = await start("openai")
    with pytest.raises(openai.BadRequestError) as refusal:
        await at.openai.responses.create(model=NAME, input=ASK, extra_body={field: "x"})
    assert refusal.value.param == field
    assert at.outbound.requests == []


async def test_what_cannot_be_translated_is_refused_by_its_name(start: Start) -> None:
    at = await start("google")
    with pytest.raises(openai.BadRequestError) as refusal:
        await at.openai.responses.create(model=NAME, input=ASK, tools=[{"type": "web_search"}])
    assert (refusal.value.param, refusal.value.type) == ("tools[0]", "invalid_request_error")
    with pytest.raises(openai.NotFoundError):
        await at.openai.responses.create(model="no-such-model", input=ASK)
