"""The official OpenAI client and time: what it waits for, what it repeats, and what is reported at once."""

import asyncio
import time
from collections.abc import AsyncIterator

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from sandbox.server import Sandbox
from tests.e2e.api_client import Api
from tests.e2e.sandbox_models import registered

MESSAGES: list[ChatCompletionMessageParam] = [{"role": "user", "content": "sandbox:words=12"}]
PATIENCE = 20


@pytest.fixture
async def client(api: Api) -> AsyncIterator[openai.AsyncOpenAI]:
    """Give a client with its own ideas of repeating."""
    async with openai.AsyncOpenAI(base_url=f"{api.url}/v1", api_key=api.token, timeout=PATIENCE) as client:
        yield client


def calls(sandbox: Sandbox) -> int:
    return sum(request.operation in {"chat", "stream"} for request in sandbox.requests)


async def heard(client: openai.AsyncOpenAI, **facts: float) -> tuple[str, openai.APIError | None, float]:
    """The words of a stream, the error that ended it, and how long the last silence was."""
    words, since = [], time.monotonic()
    try:
        async for chunk in await client.chat.completions.create(
            model="chat-latest", messages=MESSAGES, stream=True, extra_body=facts
        ):
            words += [choice.delta.content or "" for choice in chunk.choices]
            since = time.monotonic()
    except openai.APIError as error:
        return "".join(words), error, time.monotonic() - since
    return "".join(words), None, time.monotonic() - since


async def test_silence_ends_a_stream_and_its_length_does_not(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox
) -> None:
    await registered(api, sandbox, config={"idleSeconds": 0.6})
    # Its events take longer than that together.
    sandbox.faults.add(kind="slow_stream", provider="openai", operation="stream", seconds=0.06, times=1)
    sandbox.faults.add(kind="hang_mid_stream", provider="openai", operation="stream", after=4, times=1)
    streams = [asyncio.create_task(heard(client)) for _ in range(2)]
    (words, error, silence), whole = sorted([await stream for stream in streams], key=lambda heard: len(heard[0]))
    assert words
    assert isinstance(error, openai.APIError)
    assert error.code == "timeout"
    assert silence >= 0.5
    assert (len(whole[0].split()), whole[1]) == (12, None)


async def test_a_deadline_bounds_a_stream_in_this_api_too(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox
) -> None:
    await registered(api, sandbox)
    sandbox.faults.add(kind="slow_stream", provider="openai", operation="stream", seconds=0.1)
    words, error, _ = await heard(client, deadlineSeconds=0.5)
    assert error is not None
    assert error.code == "timeout"
    assert len(words.split()) < 12


async def test_nothing_is_repeated_after_the_deadline(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox) -> None:
    await registered(api, sandbox)
    sandbox.faults.add(kind="hang", provider="openai", operation="chat")
    with pytest.raises(openai.InternalServerError) as late:
        await client.chat.completions.create(
            model="chat-latest", messages=MESSAGES, extra_body={"deadlineSeconds": 0.3}
        )
    assert (late.value.status_code, late.value.code) == (504, "timeout")
    assert "deadlineSeconds" in late.value.message
    assert late.value.response.headers["x-should-retry"] == "false"
    assert calls(sandbox) == 1


@pytest.mark.usefixtures("without_pauses")
async def test_nothing_is_repeated_after_we_have_repeated_it(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox
) -> None:
    await registered(api, sandbox, key="server_error")
    with pytest.raises(openai.InternalServerError):
        await client.chat.completions.create(model="chat-latest", messages=MESSAGES)
    assert calls(sandbox) == 3


async def test_a_long_limit_is_passed_on_at_once(api: Api, sandbox: Sandbox) -> None:
    await registered(api, sandbox)
    sandbox.faults.add(kind="rate_limited", provider="openai", operation="chat", retry_after=20)
    async with openai.AsyncOpenAI(base_url=f"{api.url}/v1", api_key=api.token, max_retries=0) as client:
        async with asyncio.timeout(PATIENCE / 2):
            with pytest.raises(openai.RateLimitError) as limited:
                await client.chat.completions.create(model="chat-latest", messages=MESSAGES)
    headers = limited.value.response.headers
    assert (headers["retry-after"], headers["x-should-retry"]) == ("20", "true")
    assert calls(sandbox) == 1


async def test_a_short_limit_is_waited_for(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox) -> None:
    await registered(api, sandbox)
    sandbox.faults.add(kind="rate_limited", provider="openai", operation="chat", retry_after_ms=200, times=1)
    started = time.monotonic()
    unrepeated = client.with_options(max_retries=0)
    answer = await unrepeated.chat.completions.create(model="chat-latest", messages=MESSAGES)
    assert answer.choices[0].finish_reason == "stop"
    assert time.monotonic() - started >= 0.2
    assert calls(sandbox) == 2


async def test_another_model_of_the_name_answers_at_once(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox
) -> None:
    await registered(api, sandbox, name="Ours", config={"preference": 1})
    await registered(api, sandbox, "anthropic", name="Ours", config={"preference": 2})
    sandbox.faults.add(kind="rate_limited", provider="openai", operation="chat", retry_after=1)
    answer = await client.chat.completions.create(model="Ours", messages=MESSAGES)
    assert answer.model.startswith("claude-haiku-4-5")
    assert calls(sandbox) == 2


@pytest.mark.parametrize(
    ("provider", "key", "words"),
    [
        ("openai", "context_length", "maximum context length is 8192 tokens. However, your messages resulted in 9000"),
        (
            "anthropic",
            "context_length",
            "maximum context length is 200000 tokens. However, your messages resulted in 20",
        ),
        ("google", "context_length", "maximum context length is 1048576 tokens. However, your messages resulted in 12"),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
async def test_a_prompt_that_is_too_long_is_reported_as_openai_does(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox, provider: str, key: str, words: str, streamed: bool
) -> None:
    of = await registered(api, sandbox, provider, key=key)
    with pytest.raises(openai.BadRequestError, match=words) as refused:
        await client.chat.completions.create(model=of.model["modelId"], messages=MESSAGES, stream=streamed)
    assert (refused.value.code, refused.value.param) == ("context_length_exceeded", "messages")
    assert refused.value.type == "invalid_request_error"
    assert refused.value.request_id
    assert calls(sandbox) == 1


async def test_a_prompt_that_is_too_long_is_reported_inside_a_stream_too(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox
) -> None:
    await registered(api, sandbox, key="context_length_mid_stream")
    _, error, _ = await heard(client)
    assert error is not None
    assert error.code == "context_length_exceeded"
    assert "maximum context length is 8192 tokens" in error.message


async def test_what_a_content_filter_refuses_is_reported_as_openai_does(
    client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox
) -> None:
    account = await api.provider(
        providerType="azure_openai", endpoint=sandbox.endpoint("azure"), apiKey=sandbox.key("azure", "filtered")
    )
    model = await api.model(account, modelId="my-deployment")
    with pytest.raises(openai.BadRequestError, match="content management policy") as refused:
        await client.chat.completions.create(model=model["id"], messages=MESSAGES)
    assert (refused.value.code, refused.value.type) == ("content_filter", "invalid_request_error")


async def test_an_answer_that_a_filter_ended_says_so(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox) -> None:
    of = await registered(api, sandbox, "anthropic")
    refuse: list[ChatCompletionMessageParam] = [{"role": "user", "content": "sandbox:refuse"}]
    answer = await client.chat.completions.create(model=of.model["modelId"], messages=refuse)
    assert answer.choices[0].finish_reason == "content_filter"
    stream = await client.chat.completions.create(model=of.model["modelId"], messages=refuse, stream=True)
    assert [chunk.choices[0].finish_reason async for chunk in stream][-1] == "content_filter"


async def test_claude_may_write_as_much_as_it_can(client: openai.AsyncOpenAI, api: Api, sandbox: Sandbox) -> None:
    of = await registered(api, sandbox, "anthropic", maxTokens=50_000)
    await client.chat.completions.create(model=of.model["id"], messages=MESSAGES)
    sent = sandbox.requests[-1].json
    assert sent is not None
    assert sent["max_tokens"] == 50_000


async def test_what_no_route_answers_is_raised_with_its_words(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="There is nothing at this path") as nothing:
        await client.files.list()
    assert (nothing.value.code, nothing.value.type) == ("unknown_url", "invalid_request_error")
    assert nothing.value.request_id
    with pytest.raises(openai.APIStatusError, match="does not support this method") as method:
        await client.models.delete("chat-latest")
    assert (method.value.status_code, method.value.code) == (405, "method_not_allowed")
    with pytest.raises(openai.APIStatusError, match="longer than 8,190 bytes") as large:
        await client.models.list(extra_headers={"X-Large": "a" * 9000})
    assert (large.value.status_code, large.value.code) == (431, "headers_too_large")
    async with client.with_options(api_key="x") as nobody:
        with pytest.raises(openai.AuthenticationError) as unknown:
            await nobody.models.list()
    assert (unknown.value.code, unknown.value.request_id is not None) == ("invalid_api_key", True)
