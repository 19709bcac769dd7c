"""The official OpenAI client works with our address and a token of ours, whichever provider answers."""

from collections.abc import AsyncIterator

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import CHAT_MODELS, PNG_TEXT
from tests.e2e.api_client import Api, path_of
from tests.e2e.sandbox_models import HELLO, MODELS, SEEN, registered
from tests.e2e.wait_until import until

MESSAGES: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hello there"}]
everywhere = pytest.mark.parametrize("provider", MODELS)


def client_of(api: Api, *, retries: int = 0) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{api.url}/v1", api_key=api.token, max_retries=retries, timeout=20)


@pytest.fixture
async def client(api: Api) -> AsyncIterator[openai.AsyncOpenAI]:
    async with client_of(api) as client:
        yield client


@everywhere
async def test_chats(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str) -> None:
    of = await registered(api, sandbox, provider, name="Our model")
    for name in (MODELS[provider], of.model["id"], "Our model"):
        answer = await client.chat.completions.create(model=name, messages=MESSAGES)
        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == (HELLO, "stop")
        assert answer.model.startswith(MODELS[provider])
        assert answer.usage is not None
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@everywhere
async def test_streams(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str) -> None:
    await registered(api, sandbox, provider)
    stream = await client.chat.completions.create(
        model=MODELS[provider], messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == HELLO
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens > 0


@everywhere
async def test_sees_images(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str) -> None:
    await registered(api, sandbox, provider)
    content: list[ChatCompletionMessageParam] = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG_TEXT}"}},
            ],
        }
    ]
    answer = await client.chat.completions.create(model=MODELS[provider], messages=content)
    assert answer.choices[0].message.content == SEEN


@everywhere
async def test_continues_with_a_conversation_and_keeps_to_the_limit(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str
) -> None:
    model = CHAT_MODELS[provider]
    await registered(api, sandbox, provider, model_id=model)
    messages = list(MESSAGES)
    first = await client.chat.completions.create(model=model, messages=messages)
    messages.append(first.choices[0].message)  # type: ignore[arg-type]
    messages.append({"role": "user", "content": "And again"})
    answer = await client.chat.completions.create(model=model, messages=messages, max_tokens=2)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("You said", "length")


async def test_lists_models(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox) -> None:
    of = {provider: await registered(api, sandbox, provider) for provider in MODELS}
    embedding = await api.model(of["openai"].provider, modelId="text-embedding-3-small")
    await api.patch(path_of(of["google"].model), {"isEnabled": False})
    models = [model async for model in client.models.list()]
    # Under its provider's name for it, and under its name here.
    assert {(model.id, model.owned_by) for model in models} == {
        (name, of[provider].provider["name"])
        for provider, names in {
            "openai": (MODELS["openai"], of["openai"].model["name"], "text-embedding-3-small", embedding["name"]),
            "anthropic": (MODELS["anthropic"], of["anthropic"].model["name"]),
        }.items()
        for name in names
    }
    one = await client.models.retrieve("chat-latest")
    assert (one.id, one.owned_by) == ("chat-latest", of["openai"].provider["name"])


@pytest.mark.parametrize(
    ("key", "error", "code"),
    [
        ("rate_limited", openai.RateLimitError, "rate_limit_exceeded"),
        ("insufficient_quota", openai.RateLimitError, "insufficient_quota"),
        ("overloaded", openai.InternalServerError, "server_is_overloaded"),
        ("bad_key", openai.InternalServerError, "auth_invalid"),
        ("region_blocked", openai.InternalServerError, "region_blocked"),
        ("bad_gateway", openai.InternalServerError, None),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.usefixtures("without_pauses")
async def test_raises_its_own_errors(
    client: openai.AsyncOpenAI,
    api: Api,
    sandbox: Sandbox,
    *,
    key: str,
    error: type[openai.APIStatusError],
    code: str | None,
    streamed: bool,
) -> None:
    await registered(api, sandbox, key=key)
    with pytest.raises(error) as refused:
        await client.chat.completions.create(model="chat-latest", messages=MESSAGES, stream=streamed)
    assert code is None or refused.value.code == code
    assert sandbox.key("openai", key) not in str(refused.value)


async def test_raises_for_what_is_wrong_with_the_request(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox
) -> None:
    of = await registered(api, sandbox)
    with pytest.raises(openai.NotFoundError) as missing:
        await client.chat.completions.create(model="gpt-99", messages=MESSAGES)
    assert (missing.value.code, missing.value.param) == ("model_not_found", "model")
    await api.patch(path_of(of.model), {"isEnabled": False})
    with pytest.raises(openai.ConflictError, match="The model is disabled"):
        await client.chat.completions.create(model="chat-latest", messages=MESSAGES)


async def test_raises_for_whom_it_is_not(api: Api) -> None:
    async with client_of(api.of(Role.VIEWER)) as viewer:
        assert [model async for model in viewer.models.list()] == []
        with pytest.raises(openai.PermissionDeniedError):
            await viewer.chat.completions.create(model="m", messages=MESSAGES)
    async with client_of(api).with_options(api_key="sk-of-openai") as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.models.list()


async def test_raises_for_an_error_inside_a_stream(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox) -> None:
    await registered(api, sandbox)
    sandbox.faults.add(kind="error_event", provider="openai", operation="stream", after=3)
    stream = await client.chat.completions.create(model="chat-latest", messages=MESSAGES, stream=True)
    with pytest.raises(openai.APIError) as failed:
        async for _ in stream:
            pass
    assert failed.value.code is not None


async def test_is_told_not_to_repeat_what_cannot_heal(api: Api, sandbox: Sandbox) -> None:
    await registered(api, sandbox, key="bad_key")
    sandbox.requests.clear()
    async with client_of(api, retries=3) as client:
        with pytest.raises(openai.InternalServerError):
            await client.chat.completions.create(model="chat-latest", messages=MESSAGES)
    assert sum(request.operation == "chat" for request in sandbox.requests) == 1


async def test_ending_a_stream_early_ends_it_at_the_provider(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox
) -> None:
    await registered(api, sandbox)
    sandbox.faults.add(kind="hang_mid_stream", provider="openai", operation="stream", after=4)
    async with await client.chat.completions.create(model="chat-latest", messages=MESSAGES, stream=True) as stream:
        async for chunk in stream:
            if chunk.choices[0].delta.content:
                break
    await until(lambda: sandbox.requests[-1].ending == "disconnected", seconds=2)
