"""Answers that are complete, are not delivered as asked, break off, or need a field that the server does not know."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import pytest

from adapters.providers.prompting import send_prompt
from application.ports.provider_gateway import ProviderConnection, UpstreamFailure
from application.prompts.completion import Completion, NativeEvents, StreamStarted, TextDelta, TokenUsage
from application.prompts.conversation import WireProtocol
from application.prompts.generation import GenerationRequest
from tests.contract.providers.sandbox_accounts import Accounts, a_prompt
from tests.fakes.client import FakeClient

# Some pings come meanwhile.
GRACE: Final = 0.2
# Each upstream protocol: the provider and the model that speak it, and how many events its end mark is.
PROTOCOLS: Final[Mapping[str, tuple[str, str, int]]] = {
    "chat_completions": ("openai", "gpt-4o", 1),
    "responses": ("openai", "gpt-5-pro", 0),
    "messages": ("anthropic", "claude-haiku-4-5-20251001", 1),
    "generate_content": ("google", "gemini-2.5-flash", 0),
}
NATIVE: Final[Mapping[str, dict[str, Any]]] = {
    "chat_completions": {"messages": [{"role": "user", "content": "Hello"}]},
    "responses": {"input": "Hello"},
    "messages": {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 50},
}
CASES: Final = [
    (name, is_native) for name in PROTOCOLS for is_native in (False, True) if not is_native or name in NATIVE
]


def asked(protocol: Any, *, is_native: bool, **facts: Any) -> GenerationRequest:  # noqa: ANN401 - one of `PROTOCOLS`
    """Make a prompt to the model of a protocol, in that protocol itself or in the shape for all."""
    _, model_id, _ = PROTOCOLS[protocol]
    if not is_native:
        return a_prompt("Hello", model_id=model_id, **facts)
    client = FakeClient(protocol=protocol, body=NATIVE[protocol])
    return GenerationRequest(model_id=model_id, client=client, origin=model_id, **facts)


async def heard(accounts: Accounts, connection: ProviderConnection, request: GenerationRequest) -> list[Any]:
    """Return all that comes of a stream within a time that no fault of these tests takes."""
    async with asyncio.timeout(10), accounts.gateway.stream(connection, request) as events:
        return [event async for event in events]


@pytest.mark.parametrize(("protocol", "is_native"), CASES)
async def test_a_complete_answer_ends_whatever_pings_come(
    accounts: Accounts, protocol: WireProtocol, is_native: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_prompt, "_GRACE_SECONDS", GRACE)
    provider, _, end_mark = PROTOCOLS[protocol]
    request = asked(protocol, is_native=is_native)
    usual = (await heard(accounts, accounts.connection(provider), request))[-1]
    accounts.sandbox.faults.add(kind="pings_at_the_end", provider=provider, events=end_mark)
    begun, *pieces, last = await heard(accounts, accounts.connection(provider), request)
    assert isinstance(begun, StreamStarted)
    assert {isinstance(piece, NativeEvents) for piece in pieces} == {is_native}
    assert isinstance(last, Completion)
    assert (last.finish_reason, last.usage, last.text) == (usual.finish_reason, usual.usage, usual.text)
    assert last.usage.output_tokens
    if is_native and protocol == "messages":
        # Its clients wait for the end mark.
        assert pieces[-1].content.endswith(b'event: message_stop\ndata: {"type":"message_stop"}\n\n')
    assert await accounts.sandbox.requests[-1].wait_ended() == "disconnected"


async def test_a_complete_answer_is_counted_as_far_as_is_known(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_prompt, "_GRACE_SECONDS", GRACE)
    # Neither the usage nor the end mark comes.
    accounts.sandbox.faults.add(kind="pings_at_the_end", provider="openai", events=2)
    words, last = await accounts.stream("openai")
    assert "".join(words) == last.text
    assert (last.finish_reason, last.usage) == ("stop", TokenUsage())


@pytest.mark.parametrize(("protocol", "is_native"), CASES)
async def test_a_whole_answer_in_place_of_a_stream_and_the_other_way_round(
    accounts: Accounts, protocol: WireProtocol, is_native: bool
) -> None:
    provider, _, _ = PROTOCOLS[protocol]
    connection, request = accounts.connection(provider), asked(protocol, is_native=is_native)
    usual = await accounts.gateway.generate(connection, asked(protocol, is_native=False))
    accounts.sandbox.faults.add(kind="swapped_delivery", provider=provider)
    gathered = await accounts.gateway.generate(connection, request)
    begun, *pieces, last = await heard(accounts, connection, request)
    # A stream of Chat Completions tells the tokens only when it is asked to.
    usage = TokenUsage() if protocol == "chat_completions" else usual.usage
    assert (gathered.text, gathered.finish_reason, gathered.usage) == (usual.text, usual.finish_reason, usage)
    assert gathered.native is None
    assert isinstance(begun, StreamStarted)
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextDelta)) == usual.text
    assert (last.text, last.finish_reason, last.usage) == (usual.text, usual.finish_reason, usual.usage)


@pytest.mark.parametrize("label", ["text/plain", "application/json", "text/event-stream"])
async def test_what_an_answer_is_shows_in_its_first_characters(accounts: Accounts, label: str) -> None:
    for provider in ("openai", "anthropic", "google"):
        accounts.sandbox.faults.add(kind="wrong_content_type", provider=provider, content_type=label)
        words, streamed = await accounts.stream(provider)
        whole = await accounts.generate(provider)
        assert "".join(words) == streamed.text == whole.text


@pytest.mark.parametrize(
    ("protocol", "is_native", "after", "knows"),
    [
        ("messages", False, 4, True),
        ("messages", True, 4, True),
        ("generate_content", False, 1, True),
        ("responses", True, 6, False),
    ],
)
async def test_what_is_known_of_the_tokens_counts_when_somebody_hangs_up(
    accounts: Accounts, protocol: WireProtocol, is_native: bool, after: int, knows: bool
) -> None:
    provider, _, _ = PROTOCOLS[protocol]
    request = asked(protocol, is_native=is_native)
    accounts.sandbox.faults.add(kind="hang_mid_stream", provider=provider, after=after)
    first_words = asyncio.Event()

    async def listen() -> None:
        async with accounts.gateway.stream(accounts.connection(provider), request) as events:
            async for _ in events:
                first_words.set()

    listening = asyncio.create_task(listen())
    await asyncio.wait_for(first_words.wait(), 5)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert await accounts.sandbox.requests[-1].wait_ended() == "disconnected"
    assert bool(request.progress.usage.input_tokens) is knows
    assert not request.progress.is_finished


@pytest.mark.parametrize("is_native", [True, False])
async def test_a_refusal_of_stream_options_is_learned(accounts: Accounts, is_native: bool) -> None:
    accounts.sandbox.faults.add(kind="unknown_field", provider="vllm", name="stream_options")
    request = asked("chat_completions", is_native=is_native)
    connection = accounts.connection("vllm")
    sent: list[bool] = []
    for _ in range(2):
        begun, *_, last = await heard(accounts, connection, _with_model(request, accounts.model("vllm")))
        assert isinstance(begun, StreamStarted)
        assert (last.finish_reason, last.usage) == ("stop", TokenUsage())
        sent = ["stream_options" in (call.json or {}) for call in accounts.sandbox.requests]
    assert sent == [True, False, False]


@pytest.mark.parametrize("refused", ["max_tokens", "max_completion_tokens"])
@pytest.mark.parametrize("streamed", [True, False])
async def test_a_refusal_of_a_limits_name_is_learned(accounts: Accounts, refused: str, streamed: bool) -> None:
    accounts.sandbox.faults.add(kind="unknown_field", provider="vllm", name=refused)
    connection, model_id = accounts.connection("vllm"), accounts.model("vllm")
    body = NATIVE["chat_completions"] | {refused: 7}
    client = FakeClient(protocol="chat_completions", body=body)
    request = GenerationRequest(model_id=model_id, client=client, origin=model_id)
    for _ in range(2):
        if streamed:
            await heard(accounts, connection, request)
        else:
            await accounts.gateway.generate(connection, request)
    limits = [
        {name: value for name, value in (call.json or {}).items() if name.startswith("max_")}
        for call in accounts.sandbox.requests
    ]
    [other] = {"max_tokens", "max_completion_tokens"} - {refused}
    assert limits == [{refused: 7}, {other: 7}, {other: 7}]


async def test_both_refusals_may_come_and_others_are_passed_on(accounts: Accounts) -> None:
    accounts.sandbox.faults.add(kind="unknown_field", provider="vllm", name="stream_options", times=1)
    accounts.sandbox.faults.add(kind="unknown_field", provider="vllm", name="max_tokens", times=1)
    words, _ = await accounts.stream("vllm", max_tokens=50)
    assert words
    assert [set(call.json or {}) & {"stream_options", "max_tokens"} for call in accounts.sandbox.requests] == [
        {"stream_options", "max_tokens"},
        {"max_tokens"},
        set(),
    ]
    accounts.sandbox.faults.add(kind="unknown_field", provider="vllm", name="temperature")
    with pytest.raises(UpstreamFailure) as refused:
        await accounts.stream("vllm", temperature=0.5)
    assert refused.value.failure.category == "bad_request"


async def test_settings_say_what_a_server_takes(accounts: Accounts) -> None:
    request = a_prompt("Hello", model_id=accounts.model("vllm"), max_tokens=9)
    connection = accounts.connection("vllm", streamOptions=False, limitField="max_completion_tokens")
    await heard(accounts, connection, request)
    native = FakeClient(protocol="chat_completions", body=NATIVE["chat_completions"] | {"max_tokens": 9})
    *_, last = await heard(accounts, connection, _with_client(request, native))
    assert last.usage == TokenUsage()
    for call in accounts.sandbox.requests:
        assert call.json is not None
        assert call.json["max_completion_tokens"] == 9
        assert {"max_tokens", "stream_options"}.isdisjoint(call.json)


def _with_model(request: GenerationRequest, model_id: str) -> GenerationRequest:
    return GenerationRequest(model_id=model_id, client=request.client, origin=model_id)


def _with_client(request: GenerationRequest, client: FakeClient) -> GenerationRequest:
    return GenerationRequest(model_id=request.model_id, client=client, origin=request.origin)
