"""The official Anthropic client works against the sandbox."""

import anthropic
import pytest
from anthropic.types import MessageParam

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import PNG_TEXT
from tests.contract.sandbox.sdks import anthropic_client

HELLO: list[MessageParam] = [{"role": "user", "content": "Hello there"}]


async def test_lists_every_model_on_three_pages(sandbox: Sandbox) -> None:
    async with anthropic_client(sandbox) as client:
        models = [model async for model in client.models.list()]
    assert len({model.id for model in models}) == len(models) == 47
    assert [request.query.get("after_id") for request in sandbox.requests] == [None, models[19].id, models[39].id]
    opus = next(model for model in models if model.id == "claude-opus-4-8")
    assert (opus.max_input_tokens, opus.max_tokens, opus.line) == (1_000_000, 128_000, "opus")
    assert opus.capabilities is not None
    assert opus.capabilities.image_input.supported
    assert opus.capabilities.thinking.types.adaptive.supported


async def test_lists_retired_models_when_asked(sandbox: Sandbox) -> None:
    async with anthropic_client(sandbox) as client:
        models = [model async for model in client.models.list(lifecycle=["retired"])]
    assert "claude-3-opus-20240229" in {model.id for model in models}
    assert {model.lifecycle for model in models} == {"retired"}


async def test_pages_backwards(sandbox: Sandbox) -> None:
    async with anthropic_client(sandbox) as client:
        forwards = [model.id async for model in client.models.list()]
        page = await client.models.list(before_id=forwards[30], limit=10)
    assert [model.id for model in page.data] == forwards[20:30]
    assert page.has_more


async def test_answers_with_the_dated_model(sandbox: Sandbox) -> None:
    async with anthropic_client(sandbox) as client:
        message = await client.messages.create(model="claude-haiku-4-5", max_tokens=100, messages=HELLO)
        counted = await client.messages.count_tokens(model="claude-haiku-4-5", messages=HELLO)
    assert message.content[0].type == "text"
    assert message.content[0].text == "You said “Hello there” (2 words)."
    assert (message.model, message.stop_reason) == ("claude-haiku-4-5-20251001", "end_turn")
    assert message.usage.input_tokens == counted.input_tokens


async def test_streams_the_same_text(sandbox: Sandbox) -> None:
    async with (
        anthropic_client(sandbox) as client,
        client.messages.stream(model="claude-opus-4-8", max_tokens=100, messages=HELLO) as stream,
    ):
        pieces = [text async for text in stream.text_stream]
        final = await stream.get_final_message()
    assert len(pieces) > 3
    assert "".join(pieces) == "You said “Hello there” (2 words)."
    assert final.usage.output_tokens == len(pieces)
    assert final.stop_reason == "end_turn"


async def test_sees_an_image(sandbox: Sandbox) -> None:
    messages: list[MessageParam] = [
        {
            "role": "user",
            "content": [
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG_TEXT}},
                {"type": "text", "text": "What is it?"},
            ],
        }
    ]
    async with anthropic_client(sandbox) as client:
        message = await client.messages.create(model="claude-sonnet-5", max_tokens=100, messages=messages)
    assert message.content[0].type == "text"
    assert "image/png, 70 bytes" in message.content[0].text


async def test_refuses_an_image_that_is_not_what_it_says(sandbox: Sandbox) -> None:
    messages: list[MessageParam] = [
        {
            "role": "user",
            "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": PNG_TEXT}}],
        }
    ]
    async with anthropic_client(sandbox) as client:
        with pytest.raises(anthropic.BadRequestError, match="appears to be a image/png image"):
            await client.messages.create(model="claude-sonnet-5", max_tokens=100, messages=messages)


async def test_stops_at_the_limit(sandbox: Sandbox) -> None:
    async with anthropic_client(sandbox) as client:
        message = await client.messages.create(model="claude-haiku-4-5", max_tokens=2, messages=HELLO)
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 2


@pytest.mark.parametrize(
    ("key", "error", "words"),
    [
        ("bad_key", anthropic.AuthenticationError, "invalid x-api-key"),
        ("no_credit", anthropic.BadRequestError, "credit balance is too low"),
        ("permission_denied", anthropic.PermissionDeniedError, "does not have permission"),
        ("region_blocked", anthropic.PermissionDeniedError, "Request not allowed"),
        ("rate_limited", anthropic.RateLimitError, "exceeded your rate limit"),
        ("spend_limit", anthropic.RateLimitError, "monthly API usage limit"),
        ("server_error", anthropic.InternalServerError, "Internal server error"),
        ("overloaded", anthropic.APIStatusError, "Overloaded"),
        ("bad_gateway", anthropic.InternalServerError, "502 Bad Gateway"),
    ],
)
async def test_raises_its_own_error(
    sandbox: Sandbox, key: str, error: type[anthropic.APIStatusError], words: str
) -> None:
    async with anthropic_client(sandbox, key) as client:
        with pytest.raises(error, match=words):
            await client.messages.create(model="claude-haiku-4-5", max_tokens=10, messages=HELLO)


async def test_raises_for_an_error_inside_a_stream(sandbox: Sandbox) -> None:
    async with anthropic_client(sandbox, "overloaded_mid_stream") as client:
        stream = await client.messages.create(model="claude-haiku-4-5", max_tokens=9, messages=HELLO, stream=True)
        with pytest.raises(anthropic.APIStatusError, match="overloaded"):
            async for _ in stream:
                pass


async def test_raises_not_found_for_an_unknown_model(sandbox: Sandbox) -> None:
    async with anthropic_client(sandbox) as client:
        with pytest.raises(anthropic.NotFoundError, match="model: claude-99"):
            await client.messages.create(model="claude-99", max_tokens=10, messages=HELLO)
