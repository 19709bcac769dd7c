"""A prompt at every provider: the same answer in the same shape, whole and streamed."""

import asyncio
from dataclasses import replace

import pytest

from adapters.providers.provider_gateway import Gateway
from application.ports.provider_gateway import ProviderConnection, UpstreamFailure
from application.prompts.completion import Completion, StreamStarted, TextDelta
from application.prompts.conversation import Image
from tests.contract.egress.loopback import Conversation, serving
from tests.contract.egress.outbound_calls import egress_to
from tests.contract.egress.test_streams import HEAD, a_chunk
from tests.contract.providers.sandbox_accounts import EVERY_PROVIDER, PIXEL, Accounts, a_prompt

DONE_AT_ONCE = b'data: {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
ANSWER = "You said “Hello” (1 word)."
SEES = [name for name in EVERY_PROVIDER if name not in {"deepseek", "vllm"}]
THINKS = [name for name in EVERY_PROVIDER if name not in {"anthropic", "vllm", "llamacpp"}]
# Their usage tells how much of the output was thought.
TELLS_THOUGHTS = {"openai", "google", "azure", "openrouter", "deepseek", "groq", "xai"}


@pytest.mark.parametrize("provider", EVERY_PROVIDER)
async def test_words_are_answered_whole_and_streamed_alike(accounts: Accounts, provider: str) -> None:
    whole = await accounts.generate(provider, system="Be brief.", max_tokens=50)
    words, streamed = await accounts.stream(provider, system="Be brief.", max_tokens=50)
    assert (whole.text, whole.finish_reason) == (ANSWER, "stop")
    assert "".join(words) == ANSWER
    assert len(words) > 1
    assert whole.upstream_request_id != streamed.upstream_request_id
    assert whole.upstream_request_id
    own = {name: getattr(whole, name) for name in ("upstream_request_id", "response_id")}
    own |= {"service_tier": None} if provider == "groq" else {}  # Its streams do not tell.
    assert replace(streamed, **own) == replace(whole, **own)
    assert whole.usage.input_tokens == 6
    assert whole.usage.output_tokens == 5
    assert [request.operation for request in accounts.sandbox.requests] == ["chat", "stream"]


@pytest.mark.parametrize("provider", ["openai", "anthropic", "azure", "openrouter"])
async def test_the_snapshot_that_answered_is_reported(accounts: Accounts, provider: str) -> None:
    models = accounts.sandbox.catalogue(provider).models()
    kind = "deployment" if provider == "azure" else models[0].entry.get("object")
    alias = next(model for model in models if model.snapshot != model.id and model.entry.get("object") in {kind, None})
    assert (await accounts.generate(provider, model_id=alias.id)).answered_by == alias.snapshot
    assert (await accounts.stream(provider, model_id=alias.id))[1].answered_by == alias.snapshot


@pytest.mark.parametrize("provider", SEES)
async def test_an_image_is_seen(accounts: Accounts, provider: str) -> None:
    image = Image(media_type="image/png", data=PIXEL)
    model_id = accounts.model(provider, vision=True, reasoning=provider == "google")
    completion = await accounts.generate(provider, "What is this?", image, model_id=model_id)
    assert "I see 1 image: image/png, 70 bytes." in completion.text
    words, _ = await accounts.stream(provider, "What is this?", image, model_id=model_id)
    assert "".join(words) == completion.text


@pytest.mark.parametrize("provider", [name for name in SEES if name != "ollama"])
async def test_the_address_of_an_image_is_passed_on(accounts: Accounts, provider: str) -> None:
    image = Image(url="https://93.184.215.14/a%20cat.jpg")
    model_id = accounts.model(provider, vision=True, reasoning=provider == "google")
    completion = await accounts.generate(provider, "What is this?", image, model_id=model_id)
    assert "not fetched" in completion.text
    assert "https://93.184.215.14/a%20cat.jpg" in str(accounts.sandbox.requests[-1].json)


@pytest.mark.parametrize("provider", THINKS)
async def test_thoughts_are_counted_and_not_reported(accounts: Accounts, provider: str) -> None:
    model_id = accounts.model(provider, reasoning=True)
    whole = await accounts.generate(provider, model_id=model_id)
    words, streamed = await accounts.stream(provider, model_id=model_id)
    assert whole.text == "".join(words) == ANSWER
    for usage in (whole.usage, streamed.usage):
        assert usage.output_tokens == 5 + 16
        assert usage.reasoning_tokens == (16 if provider in TELLS_THOUGHTS else None)


@pytest.mark.parametrize("provider", EVERY_PROVIDER)
async def test_an_answer_ends_where_it_was_told_to(accounts: Accounts, provider: str) -> None:
    whole = await accounts.generate(provider, max_tokens=2)
    words, streamed = await accounts.stream(provider, max_tokens=2)
    assert whole.finish_reason == streamed.finish_reason == "length"
    assert ANSWER.startswith(whole.text)
    assert len(words) <= 2
    assert whole.usage.output_tokens == 2


@pytest.mark.parametrize("provider", ["openai", "google", "azure"])
async def test_thinking_may_leave_no_room_for_words(accounts: Accounts, provider: str) -> None:
    model_id = accounts.model(provider, reasoning=True)
    whole = await accounts.generate(provider, model_id=model_id, max_tokens=8)
    words, streamed = await accounts.stream(provider, model_id=model_id, max_tokens=8)
    assert (whole.text, whole.finish_reason, words, streamed.finish_reason) == ("", "length", [], "length")
    assert whole.usage.output_tokens == 8


@pytest.mark.parametrize("provider", EVERY_PROVIDER)
async def test_what_the_filter_stops_is_reported_as_such(accounts: Accounts, provider: str) -> None:
    whole = await accounts.generate(provider, "sandbox:refuse")
    words, streamed = await accounts.stream(provider, "sandbox:refuse")
    # Anthropic alone says why.
    why = "The request could enable harm." if provider == "anthropic" else ""
    assert (whole.text, whole.finish_reason) == (why, "content_filter")
    assert (words, streamed.finish_reason) == ([], "content_filter")
    assert whole.usage.output_tokens == 0


@pytest.mark.parametrize("provider", ["openai", "azure"])
async def test_a_parameter_that_a_model_does_not_take_is_named(accounts: Accounts, provider: str) -> None:
    model_id = accounts.model(provider, reasoning=True)
    for call in (accounts.generate, accounts.stream):
        with pytest.raises(UpstreamFailure, match="does not accept temperature as sent") as error:
            await call(provider, model_id=model_id, temperature=0.2)
        assert (error.value.failure.category, error.value.failure.is_retryable) == ("bad_request", False)


async def test_anthropics_newer_version_is_not_sent_a_temperature(accounts: Accounts) -> None:
    request = a_prompt("Hello", model_id="claude-sonnet-4-5", temperature=0.5)
    for version in ("2023-06-01", "2026-10-21"):
        connection = accounts.connection("anthropic", anthropicVersion=version)
        assert (await accounts.gateway.generate(connection, request)).text == ANSWER
    older, newer = (received.json or {} for received in accounts.sandbox.requests)
    assert (older.get("temperature"), newer.get("temperature")) == (0.5, None)


@pytest.mark.parametrize("provider", [name for name in EVERY_PROVIDER if name != "llamacpp"])
async def test_a_model_that_does_not_exist_is_reported_as_such(accounts: Accounts, provider: str) -> None:
    for call in (accounts.generate, accounts.stream):
        with pytest.raises(UpstreamFailure) as error:
            await call(provider, model_id="no-such-model")
        assert (error.value.failure.category, error.value.failure.is_retryable) == ("not_found", False)


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google"])
async def test_a_long_answer_comes_in_pieces(accounts: Accounts, provider: str) -> None:
    words, completion = await accounts.stream(provider, "sandbox:words=2000", max_tokens=8_000)
    assert "".join(words) == completion.text
    assert completion.text.endswith(" word2000")
    assert len(words) > 500


async def test_the_connection_of_a_stream_that_ended_is_used_again() -> None:
    async def handle(conversation: Conversation) -> None:
        while True:
            body = await conversation.reader.read(65_536)
            assert body.startswith(b"{")
            await conversation.send(HEAD, a_chunk(DONE_AT_ONCE))
            # The end of a body is often a packet of its own, and behind the end of the answer.
            await asyncio.sleep(0.02)
            await conversation.send(b"0\r\n\r\n")
            await conversation.read_request()

    async with serving(handle) as server, egress_to(server) as egress:
        connection = ProviderConnection(
            provider_type="openai", endpoint=server.url("/v1"), settings={}, api_key="sk-0123456789"
        )
        for _ in range(3):
            async with Gateway(egress).stream(connection, a_prompt("Hello", model_id="m")) as events:
                assert [type(event) async for event in events] == [StreamStarted, TextDelta, Completion]
        assert server.connections == 1
