"""The official Google client works against the sandbox."""

import pytest
from google import genai
from google.genai import types

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import PNG
from tests.contract.sandbox.sdks import google_client

# Google's client makes a class that inherits from aiohttp's session, which aiohttp discourages.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")


async def test_lists_every_model_on_three_pages(sandbox: Sandbox) -> None:
    async with google_client(sandbox).aio as client:
        models = [model async for model in await client.models.list()]
    assert len({model.name for model in models}) == len(models) == 105
    assert [("pageToken" in request.query) for request in sandbox.requests] == [False, True, True]
    flash = next(model for model in models if model.name == "models/gemini-2.5-flash")
    assert (flash.input_token_limit, flash.output_token_limit, flash.thinking) == (1_048_576, 65_536, True)
    assert flash.supported_actions is not None
    assert "generateContent" in flash.supported_actions


async def test_the_stable_version_leaves_out_previews(sandbox: Sandbox) -> None:
    async with google_client(sandbox, version="v1").aio as client:
        names = [model.name or "" async for model in await client.models.list()]
        with pytest.raises(genai.errors.ClientError, match="not found for API version v1,"):
            await client.models.generate_content(model="gemini-3.1-pro-preview", contents="Hello")
    assert "models/gemini-2.5-pro" in names
    assert [name for name in names if "preview" in name] == []


async def test_answers_and_counts_the_thinking(sandbox: Sandbox) -> None:
    async with google_client(sandbox).aio as client:
        answer = await client.models.generate_content(model="gemini-2.5-flash", contents="Hello there")
        counted = await client.models.count_tokens(model="gemini-2.5-flash", contents="Hello there")
    assert answer.text == "You said “Hello there” (2 words)."
    assert answer.model_version == "gemini-2.5-flash"
    usage = answer.usage_metadata
    assert usage is not None
    assert usage.prompt_token_count == counted.total_tokens == 5
    assert (usage.candidates_token_count, usage.thoughts_token_count, usage.total_token_count) == (6, 16, 27)


async def test_streams_the_same_text(sandbox: Sandbox) -> None:
    async with google_client(sandbox).aio as client:
        stream = await client.models.generate_content_stream(model="gemini-2.0-flash", contents="Hello there")
        chunks = [chunk async for chunk in stream]
    assert "".join(chunk.text or "" for chunk in chunks) == "You said “Hello there” (2 words)."
    assert len(chunks) > 1
    assert all(chunk.usage_metadata is not None for chunk in chunks)
    assert chunks[-1].candidates is not None
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP


async def test_sees_an_image(sandbox: Sandbox) -> None:
    parts = [types.Part.from_bytes(data=PNG, mime_type="image/png"), types.Part.from_text(text="What is it?")]
    async with google_client(sandbox).aio as client:
        answer = await client.models.generate_content(
            model="gemini-2.5-pro", contents=types.Content(role="user", parts=parts)
        )
    assert "image/png, 70 bytes" in (answer.text or "")


async def test_a_thinking_model_with_too_little_room_says_nothing(sandbox: Sandbox) -> None:
    async with google_client(sandbox).aio as client:
        answer = await client.models.generate_content(
            model="gemini-2.5-flash", contents="Hello", config=types.GenerateContentConfig(max_output_tokens=5)
        )
    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    assert answer.text is None


async def test_a_blocked_prompt_has_no_candidates(sandbox: Sandbox) -> None:
    async with google_client(sandbox).aio as client:
        answer = await client.models.generate_content(model="gemini-2.5-flash", contents="sandbox:refuse me")
    assert answer.candidates is None
    assert answer.prompt_feedback is not None
    assert answer.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


@pytest.mark.parametrize(
    ("key", "code", "status"),
    [
        ("bad_key", 400, "INVALID_ARGUMENT"),
        ("region_blocked", 400, "FAILED_PRECONDITION"),
        ("no_credit", 402, "RESOURCE_EXHAUSTED"),
        ("service_disabled", 403, "PERMISSION_DENIED"),
        ("key_leaked", 403, "PERMISSION_DENIED"),
        ("rate_limited", 429, "RESOURCE_EXHAUSTED"),
    ],
)
async def test_raises_its_own_client_error(sandbox: Sandbox, key: str, code: int, status: str) -> None:
    async with google_client(sandbox, key).aio as client:
        with pytest.raises(genai.errors.ClientError) as refused:
            await client.models.generate_content(model="gemini-2.5-flash", contents="Hello")
    assert (refused.value.code, refused.value.status) == (code, status)


@pytest.mark.parametrize(("key", "code"), [("server_error", 500), ("overloaded", 503), ("bad_gateway", 502)])
async def test_raises_its_own_server_error(sandbox: Sandbox, key: str, code: int) -> None:
    async with google_client(sandbox, key).aio as client:
        with pytest.raises(genai.errors.ServerError) as refused:
            await client.models.generate_content(model="gemini-2.5-flash", contents="Hello")
    assert refused.value.code == code
