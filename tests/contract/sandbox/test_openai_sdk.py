"""The official OpenAI client works against the sandbox."""

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import PNG_TEXT
from tests.contract.sandbox.sdks import openai_client

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hello there"}]


async def test_lists_every_model(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        models = [model async for model in client.models.list()]
        one = await client.models.retrieve("gpt-4o")
    assert len(models) == len(sandbox.catalogue("openai").models())
    assert {"gpt-5", "gpt-4.1", "text-embedding-3-small", "whisper-1", "gpt-image-1-mini"} <= {m.id for m in models}
    assert one.shutdown_date == sandbox.catalogue("openai").rows["gpt-4o"]["shutdown_date"]


async def test_answers_a_prompt_with_the_snapshot_that_ran_it(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        answer = await client.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert answer.choices[0].message.content == "You said “Hello there” (2 words)."
    assert (answer.choices[0].finish_reason, answer.model) == ("stop", "gpt-4o-2024-08-06")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_streams_the_same_text_with_the_usage_last(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        stream = await client.chat.completions.create(
            model="gpt-5", messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "You said “Hello there” (2 words)."
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices == []
    usage = chunks[-1].usage
    assert usage is not None
    assert usage.completion_tokens_details is not None
    assert usage.completion_tokens_details.reasoning_tokens == 16


async def test_a_stream_that_did_not_ask_for_usage_has_none(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        stream = await client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True)
        chunks = [chunk async for chunk in stream]
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)


async def test_sees_an_image(sandbox: Sandbox) -> None:
    content: list[ChatCompletionMessageParam] = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG_TEXT}"}},
            ],
        }
    ]
    async with openai_client(sandbox) as client:
        answer = await client.chat.completions.create(model="gpt-4o", messages=content)
    assert answer.choices[0].message.content == "You said “What is it?” (3 words). I see 1 image: image/png, 70 bytes."


async def test_stops_at_the_limit(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        answer = await client.chat.completions.create(model="gpt-4.1", messages=HELLO, max_tokens=2)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("You said", "length")


@pytest.mark.parametrize("model", ["gpt-5", "o3"])
async def test_a_thinking_model_refuses_the_old_limit(sandbox: Sandbox, model: str) -> None:
    async with openai_client(sandbox) as client:
        with pytest.raises(openai.BadRequestError, match="Use 'max_completion_tokens' instead") as refused:
            await client.chat.completions.create(model=model, messages=HELLO, max_tokens=5)
    assert (refused.value.code, refused.value.param) == ("unsupported_parameter", "max_tokens")


@pytest.mark.parametrize(
    ("key", "error", "code"),
    [
        ("bad_key", openai.AuthenticationError, "invalid_api_key"),
        ("missing_scopes_chat", openai.AuthenticationError, None),
        ("region_blocked", openai.PermissionDeniedError, "unsupported_country_region_territory"),
        ("rate_limited", openai.RateLimitError, "rate_limit_exceeded"),
        ("insufficient_quota", openai.RateLimitError, "insufficient_quota"),
        ("overloaded", openai.InternalServerError, "server_is_overloaded"),
        ("server_error", openai.InternalServerError, None),
        ("bad_gateway", openai.InternalServerError, None),
    ],
)
async def test_raises_its_own_error(
    sandbox: Sandbox, key: str, error: type[openai.APIStatusError], code: str | None
) -> None:
    async with openai_client(sandbox, key) as client:
        with pytest.raises(error) as refused:
            await client.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert refused.value.code == code


async def test_raises_not_found_for_an_unknown_model(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        with pytest.raises(openai.NotFoundError) as refused:
            await client.chat.completions.create(model="gpt-99", messages=HELLO)
    assert refused.value.code == "model_not_found"


async def test_raises_for_an_error_inside_a_stream(sandbox: Sandbox) -> None:
    async with openai_client(sandbox, "overloaded_mid_stream") as client:
        stream = await client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True)
        with pytest.raises(openai.APIError, match="overloaded"):
            async for _ in stream:
                pass


async def test_the_wrong_key_is_repeated_masked(sandbox: Sandbox) -> None:
    key = "sk-proj-abcdefghijklmnopqrstuvwxyz"
    async with openai_client(sandbox) as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            await client.with_options(api_key=key).models.list()
    assert "sk-proj-" in refused.value.message
    assert refused.value.message.count("*") > 4
    assert key not in refused.value.message
