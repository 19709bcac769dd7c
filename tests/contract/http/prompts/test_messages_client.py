"""Anthropic's official client in the Messages API, whatever protocol the model's provider speaks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import anthropic
import pytest
from anthropic.types import MessageParam, ToolParam

from application.prompts.opaque_blobs import is_ours
from tests.contract.http.prompts.service_with_provider import (
    BASE,
    MODELS,
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

WEATHER: ToolParam = {
    "name": "get_weather",
    "description": "Temperature of a town now",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
ASK: list[MessageParam] = [{"role": "user", "content": "Is it warmer in Oslo or in Bergen?"}]
everywhere = pytest.mark.parametrize("provider", URLS)
elsewhere = pytest.mark.parametrize("provider", ["openai", "google"])


@pytest.fixture
async def start(serve: Callable[..., Awaitable[Service]]) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:
        yield partial(served, serve, stack)


@everywhere
async def test_messages(start: Start, provider: str) -> None:
    at = await start(provider)
    at.answers(URLS[provider], sample(WORDS[provider]))
    message = await at.anthropic.messages.create(model=NAME, max_tokens=2_000, messages=ASK)
    assert [block.text for block in message.content if block.type == "text"] == ["Bergen is warmer."]
    assert (message.stop_reason, message.role) == ("end_turn", "assistant")
    assert message.usage.output_tokens > 0
    assert message._request_id


@everywhere
async def test_two_turns_with_tools_and_thoughts(start: Start, provider: str) -> None:
    """Trap 4: what the provider wants handed back comes back to it through a client that knows nothing of it."""
    at = await start(provider)
    at.answers(URLS[provider], sample(TOOLS[provider]))
    at.answers(URLS[provider], sample(WORDS[provider]))
    asked: dict[str, Any] = {"model": NAME, "max_tokens": 2_000, "tools": [WEATHER]}
    first = await at.anthropic.messages.create(messages=ASK, **asked)
    assert first.stop_reason == "tool_use"
    calls = [block for block in first.content if block.type == "tool_use"]
    assert calls[0].input == {"city": "Oslo", "unit": "celsius"}
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": "4"} for call in calls]
    again: list[Any] = [*ASK, {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    second = await at.anthropic.messages.create(messages=again, **asked)
    assert second.stop_reason == "end_turn"
    _check_handed_back(provider, at.sent)


def _check_handed_back(provider: str, sent: Any) -> None:  # noqa: ANN401 - JSON
    match provider:
        case "anthropic":
            assert sent["messages"][1]["content"][-1]["type"] == "tool_use"
        case "openai":
            thought = next(item for item in sent["input"] if item["type"] == "reasoning")
            (original,) = [
                item for item in sample("openai/responses.tools.answer")["output"] if item["type"] == "reasoning"
            ]
            assert (thought["encrypted_content"], thought["id"]) == (original["encrypted_content"], original["id"])
            assert [item["type"] for item in sent["input"]].count("function_call_output") == 2
        case "google":
            first, second = sent["contents"][1]["parts"]
            assert first["thoughtSignature"] == "Zml4dHVyZS10aG91Z2h0LXNpZ25hdHVyZQ=="
            assert "thoughtSignature" not in second
            assert len(sent["contents"][2]["parts"]) == 2


@everywhere
async def test_streams_with_tools(start: Start, provider: str) -> None:
    at = await start(provider)
    at.streams(STREAMS[provider], *sample_events(TOOL_STREAMS[provider]))
    async with at.anthropic.messages.stream(model=NAME, max_tokens=2_000, messages=ASK, tools=[WEATHER]) as stream:
        kinds = [event.type async for event in stream]
        message = await stream.get_final_message()
    calls = [block for block in message.content if block.type == "tool_use"]
    assert (calls[0].name, calls[0].input) == ("get_weather", {"city": "Oslo", "unit": "celsius"})
    assert (len(calls), message.stop_reason) == (2, "tool_use")
    assert message.usage.output_tokens > 0
    assert kinds[-1] == "message_stop"


@elsewhere
async def test_streams_of_thoughts(start: Start, provider: str) -> None:
    at = await start(provider)
    at.streams(STREAMS[provider], *sample_events(WORD_STREAMS[provider]))
    async with at.anthropic.messages.stream(model=NAME, max_tokens=2_000, messages=ASK) as stream:
        words = "".join([text async for text in stream.text_stream])
        message = await stream.get_final_message()
    assert words
    assert message.content[0].type == "thinking"
    blobs = [getattr(block, "signature", None) or getattr(block, "data", None) for block in message.content]
    assert any(blob and is_ours(blob) for blob in blobs)


@everywhere
async def test_a_stream_that_breaks_off_is_raised(start: Start, provider: str) -> None:
    """Trap 23."""
    at = await start(provider)
    documents = sample_events(TOOL_STREAMS[provider])
    at.streams(STREAMS[provider], *documents[: len(documents) * 2 // 3])
    with pytest.raises(anthropic.APIStatusError) as failure:
        async with at.anthropic.messages.stream(model=NAME, max_tokens=2_000, messages=ASK) as stream:
            await stream.get_final_message()
    assert isinstance(failure.value.body, dict)
    assert (failure.value.body["type"], failure.value.body["error"]["type"]) == ("error", "api_error")


@pytest.mark.parametrize(
    ("status", "document", "kind"),
    [
        (429, {"type": "error", "error": {"type": "rate_limit_error", "message": "x"}}, anthropic.RateLimitError),
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "x"}}, anthropic.InternalServerError),
        (
            401,
            {"type": "error", "error": {"type": "authentication_error", "message": "x"}},
            anthropic.InternalServerError,
        ),
        (400, sample("anthropic/error.400.prompt_too_long"), anthropic.BadRequestError),
    ],
)
async def test_refusals_of_the_provider(
    start: Start,
    status: int,
    document: Any,  # noqa: ANN401 - JSON
    kind: type[anthropic.APIStatusError],
) -> None:
    at = await start("anthropic")
    at.answers(URLS["anthropic"], document, status=status)
    with pytest.raises(kind) as failure:
        await at.anthropic.messages.create(model=NAME, max_tokens=9, messages=ASK)
    assert failure.value.request_id
    if status == 400:
        assert "prompt is too long" in failure.value.message


async def test_refusals_of_the_service(start: Start) -> None:
    at = await start("google")
    with pytest.raises(anthropic.NotFoundError):
        await at.anthropic.messages.create(model="no-such-model", max_tokens=9, messages=ASK)
    async with at.anthropic_client("sk-ant-nobody") as stranger:
        with pytest.raises(anthropic.AuthenticationError) as failure:
            await stranger.messages.create(model=NAME, max_tokens=9, messages=ASK)
    assert isinstance(failure.value.body, dict)
    assert failure.value.body["error"]["type"] == "authentication_error"
    prefill: list[MessageParam] = [*ASK, {"role": "assistant", "content": "Once"}]
    with pytest.raises(anthropic.BadRequestError) as refusal:
        await at.anthropic.messages.create(model=NAME, max_tokens=9, messages=prefill)
    assert "messages: " in refusal.value.message
    assert at.outbound.requests == []


async def test_what_was_left_out_is_named(start: Start) -> None:
    at = await start("openai")
    at.answers(URLS["openai"], sample(WORDS["openai"]))
    raw = await at.anthropic.messages.with_raw_response.create(
        model=NAME, max_tokens=99, messages=ASK, extra_body={"top_k": 3}, metadata={"user_id": "u-1"}
    )
    assert raw.headers["Ignored-Fields"] == "top_k"
    assert at.sent["user"] == "u-1"


@everywhere
async def test_tokens_are_counted_by_the_provider(start: Start, provider: str) -> None:
    at = await start(provider)
    url, field, fields = {
        "anthropic": (f"{BASE}/messages/count_tokens", "input_tokens", {"model", "messages", "tools"}),
        "openai": (f"{BASE}/responses/input_tokens", "input_tokens", {"model", "input", "tools"}),
        "google": (f"{BASE}/models/{MODELS['google']}:countTokens", "totalTokens", {"generateContentRequest"}),
    }[provider]
    at.answers(url, {field: 42})
    counted = await at.anthropic.messages.count_tokens(model=NAME, messages=ASK, tools=[WEATHER])
    assert counted.input_tokens == 42
    assert at.sent.keys() == fields
    if provider == "google":
        assert at.sent["generateContentRequest"].keys() == {"model", "contents", "tools"}


async def test_tokens_that_no_provider_counts_are_not_found(start: Start) -> None:
    at = await start("openai_compatible")
    with pytest.raises(anthropic.NotFoundError) as failure:
        await at.anthropic.messages.count_tokens(model="a-model", messages=ASK)
    assert isinstance(failure.value.body, dict)
    assert failure.value.body["error"]["type"] == "not_found_error"
    assert at.outbound.requests == []


async def test_a_failed_count_is_raised_as_what_it_was(start: Start) -> None:
    at = await start("anthropic")
    at.answers(f"{BASE}/messages/count_tokens", {"type": "error", "error": {"type": "x"}}, status=429)
    with pytest.raises(anthropic.RateLimitError):
        await at.anthropic.messages.count_tokens(model=NAME, messages=ASK)


@everywhere
async def test_the_beta_of_the_client_works(start: Start, provider: str) -> None:
    """Claude Code asks `/v1/messages?beta=true`; what the betas are, its headers say."""
    asked: list[Any] = [*ASK]
    at = await start(provider)
    at.answers(URLS[provider], sample(WORDS[provider]))
    message = await at.anthropic.beta.messages.create(model=NAME, max_tokens=2_000, messages=asked, betas=["some-beta"])
    assert message.stop_reason == "end_turn"
    sent = {name.lower(): value for name, value in at.outbound.requests[-1].headers.items()}
    assert ("anthropic-beta" in sent) is (provider == "anthropic")
    at.answers(f"{BASE}/messages/count_tokens", {"input_tokens": 7})
    if provider == "anthropic":
        counted = await at.anthropic.beta.messages.count_tokens(model=NAME, messages=asked)
        assert counted.input_tokens == 7
