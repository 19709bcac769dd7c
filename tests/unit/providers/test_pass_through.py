"""Where client and provider speak the same protocol, request and answer go through whole."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import orjson
import pytest

from adapters.providers.prompting import send_prompt
from application.ports.provider_gateway import UpstreamFailure
from application.prompts.completion import Completion, StreamStarted, TextDelta, TokenUsage
from tests.unit.providers.prompted_providers import (
    EVENTS,
    Prompted,
    a_chunk,
    events,
    failure_of,
    handed_on,
    passed_on,
)
from tests.unit.providers.sample_lists import KEY
from tests.unit.providers.test_prompt_stream_faults import HesitatingOutbound

CHAT: Final[dict[str, Any]] = {
    "model": "our name for it",
    "messages": [{"role": "user", "content": "Hello", "name": "ann"}],
    "web_search_options": {"search_context_size": "low"},
    "a_field_of_tomorrow": {"x": [1, None, 2.5]},
    "max_completion_tokens": 50,
    "n": 2,
}
MESSAGE: Final[dict[str, Any]] = {
    "model": "our name for it",
    "messages": [{"role": "user", "content": "Hello"}],
    "max_tokens": 50,
    "mcp_servers": [{"type": "url", "url": "https://mcp.example"}],
    "thinking": {"type": "adaptive", "display": "omitted"},
}
ANSWER: Final = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_700_000_000,
    "model": "gpt-4o-2024-11-20",
    "system_fingerprint": "fp_1",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi", "a_part_of_tomorrow": 1},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
}
# A prompt for one choice, with nothing asked of the usage.
NATIVE: Final[tuple[Any, Mapping[str, Any]]] = ("chat_completions", {"messages": [], "stream": True})
USED: Final = TokenUsage(input_tokens=3, output_tokens=4)


async def test_every_field_of_the_same_protocol_is_passed_through() -> None:
    expected = CHAT | {"model": "model-1"}
    assert await Prompted("openai").sent(passed_on("chat_completions", CHAT)) == expected
    assert await Prompted("openai_compatible").sent(passed_on("chat_completions", CHAT)) == expected
    of_azure = {name: value for name, value in expected.items() if name != "model"}
    assert await Prompted("azure_openai").sent(passed_on("chat_completions", CHAT)) == of_azure
    assert await Prompted("anthropic").sent(passed_on("messages", MESSAGE)) == MESSAGE | {"model": "model-1"}


async def test_the_clients_own_body_is_not_changed() -> None:
    before = orjson.dumps(CHAT)
    await Prompted("openai").sent(passed_on("chat_completions", CHAT, default_system_prompt="Be brief."), stream=True)
    assert orjson.dumps(CHAT) == before


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
@pytest.mark.parametrize("preset", ["groq", "deepseek"])
async def test_the_limit_keeps_the_name_that_the_client_gave_it(preset: str, name: str) -> None:
    body = {"messages": [], name: 900}
    prompted = Prompted("openai_compatible", preset=preset)
    sent = await prompted.sent(passed_on("chat_completions", body, default_most_tokens=500))
    assert sent == {"model": "model-1", "messages": [], name: 500}


async def test_a_limit_that_makes_no_sense_is_left_to_the_provider() -> None:
    body = {"messages": [], "max_tokens": "many"}
    sent = await Prompted("openai").sent(passed_on("chat_completions", body, default_most_tokens=500))
    assert sent["max_tokens"] == "many"


async def test_the_models_own_settings_fill_what_the_client_left_out() -> None:
    defaults: dict[str, Any] = {
        "default_temperature": 0.5,
        "default_top_p": 0.25,
        "default_max_tokens": 9,
        "default_stop": ("one",),
        "default_system_prompt": "Be brief.",
        "default_reasoning_effort": "low",
    }
    user = {"role": "user", "content": "Hello"}
    sent = await Prompted("openai").sent(passed_on("chat_completions", {"messages": [user]}, **defaults))
    assert sent == {
        "model": "model-1",
        "messages": [{"role": "system", "content": "Be brief."}, user],
        "temperature": 0.5,
        "top_p": 0.25,
        "max_completion_tokens": 9,
        "stop": ["one"],
        "reasoning_effort": "low",
    }
    own = {
        "messages": [{"role": "developer", "content": "Be long."}, user],
        "temperature": 0,
        "top_p": 1,
        "max_tokens": 5,
        "stop": "two",
        "reasoning_effort": "high",
    }
    assert await Prompted("openai").sent(passed_on("chat_completions", own, **defaults)) == own | {"model": "model-1"}


async def test_what_the_models_config_drops_is_left_out_and_named() -> None:
    body = {"messages": [], "seed": 7, "stream_options": {"include_obfuscation": True}, "temperature": None}
    drop = frozenset({"seed", "stream_options.include_obfuscation", "temperature", "metadata.x"})
    request = passed_on("chat_completions", body, default_drop=drop)
    assert (await Prompted("openai").sent(request, stream=True))["stream_options"] == {"include_usage": True}
    prompted = Prompted("openai")
    completion = await prompted.completed(ANSWER, request)
    assert "seed" not in (prompted.outbound.requests[-1].json or {})
    assert completion.ignored_fields == ("seed",)


async def test_a_stream_includes_the_request_for_usage_whatever_the_client_asks() -> None:
    body = {"messages": [], "stream": True, "stream_options": {"include_obfuscation": False}}
    request = passed_on("chat_completions", body)
    sent = await Prompted("openai").sent(request, stream=True)
    assert (sent["stream"], sent["stream_options"]) == (True, {"include_obfuscation": False, "include_usage": True})
    whole = await Prompted("openai").sent(request)
    assert whole == {"model": "model-1", "messages": []}
    mistral = await Prompted("openai_compatible", preset="mistral").sent(passed_on("chat_completions", {}), stream=True)
    assert mistral == {"model": "model-1", "stream": True}


async def test_a_whole_answer_of_the_same_protocol_is_passed_through() -> None:
    completion = await Prompted("openai").completed(ANSWER, passed_on("chat_completions", CHAT))
    assert completion.native == ANSWER
    assert (completion.usage, completion.finish_reason, completion.answered_by) == (USED, "stop", "gpt-4o-2024-11-20")
    assert (await Prompted("openai").completed(ANSWER)).native is None


async def test_a_key_in_an_answer_goes_no_further() -> None:
    answer = ANSWER | {"system_fingerprint": f"fp {KEY}"}
    completion = await Prompted("openai").completed(answer, passed_on("chat_completions", CHAT))
    assert completion.native == ANSWER | {"system_fingerprint": "fp [redacted]"}
    chunk = a_chunk("Hi", "stop", system_fingerprint=f"fp {KEY}")
    handed = await Prompted("openai").events(events(chunk), request=passed_on("chat_completions", CHAT))
    assert b"fp [redacted]" in handed_on(handed)
    # Also in the middle of an answer, where events are not read.
    middle = events(a_chunk("Hi"), a_chunk("Ho", system_fingerprint=f"fp {KEY}"))
    handed = await Prompted("openai").events(events(a_chunk("!")), middle, events(chunk), request=passed_on(*NATIVE))
    assert (handed_on(handed).count(b"fp [redacted]"), KEY.encode() in handed_on(handed)) == (2, False)


async def test_a_stream_of_the_same_protocol_is_passed_through() -> None:
    chunks = [a_chunk("Hi", x=1), a_chunk(reason="stop"), {"choices": [], "usage": ANSWER["usage"], "model": "gpt-4o"}]
    content = events(*chunks) + b"data: [DONE]\n\n"
    asks = {"stream_options": {"include_usage": True}}
    for body, sent_on in ((CHAT | asks, chunks), (CHAT, chunks[:2])):
        begun, *handed, last = await Prompted("openai").events(content, request=passed_on("chat_completions", body))
        assert begun == StreamStarted()
        assert handed_on(handed) == events(*sent_on)
        assert isinstance(last, Completion)
        assert (last.usage, last.finish_reason, last.answered_by, last.native) == (USED, "stop", "gpt-4o", None)


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
async def test_a_stream_is_passed_through_wherever_it_is_cut(size: int, line_end: bytes) -> None:
    """Events that only add to the answer are not read, those that end it are."""
    pieces = [a_chunk(f'piece {number} "usage" "error" [DONE]\n\n', usage=None) for number in range(20)]
    documents = [a_chunk("Hi"), *pieces, a_chunk(reason="length"), {"choices": [], "usage": ANSWER["usage"]}]
    content = (events(*documents) + b"data: [DONE]\n\n").replace(b"\n", line_end)
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    *handed, last = await Prompted("openai").events(*chunks, request=passed_on(*NATIVE))
    assert handed_on(handed) == events(*documents[:-1])
    assert isinstance(last, Completion)
    assert (last.usage, last.finish_reason) == (USED, "length")


@pytest.mark.parametrize(
    "last",
    [
        {"error": {"message": "Sorry", "code": "server_is_overloaded"}},
        {"object": "error", "message": "Sorry", "code": 503},
        a_chunk(reason="insufficient_system_resource"),
    ],
)
async def test_a_failure_among_pieces_that_come_together_is_noticed(last: dict[str, Any]) -> None:
    pieces = events(*[a_chunk("piece")] * 5)
    error = await failure_of(Prompted("openai"), pieces, pieces + events(last) + pieces, request=passed_on(*NATIVE))
    assert error.failure.category == "overloaded"


@pytest.mark.parametrize(
    "oddity",
    [b"data: {broken\n\n", b"data: broken}\n\n", b"event: error\ndata: {}\n\n", b'data: {"x":\ndata: {}}\n\n'],
)
async def test_what_is_not_written_as_usual_is_read(oddity: bytes) -> None:
    pieces = events(*[a_chunk("piece")] * 3)
    ending = events(a_chunk(reason="stop"))
    call = Prompted("openai").events(pieces, pieces + oddity, ending, request=passed_on(*NATIVE))
    if b'"x"' in oddity:
        assert handed_on(await call) == pieces + pieces + b'data: {"x":{}}\n\n' + ending
        return
    with pytest.raises(UpstreamFailure):
        await call


async def test_of_several_choices_every_chunk_is_read() -> None:
    first = events(a_chunk("A"))
    second = events({"choices": [{"index": 1, "delta": {"content": "B"}, "finish_reason": None}]})
    ended = events(a_chunk(reason="stop"), {"choices": [{"index": 1, "delta": {}, "finish_reason": "length"}]})
    answer = await Prompted("openai").events(first, second, ended, request=passed_on("chat_completions", CHAT))
    assert isinstance(answer[-1], Completion)
    assert [choice.finish_reason for choice in answer[-1].choices] == ["stop", "length"]


async def test_events_keep_their_names_and_become_one_line() -> None:
    content = (
        b'event: message_start\ndata: {"type": "message_start",\ndata: "message": {"model": "m"}}\n\n'
        b'event: content_block_delta\ndata: {"type": "content_block_delta"}\n\n'
        b'event: message_delta\ndata: {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}\n\n'
        b'event: message_stop\ndata: {"type": "message_stop"}\n\n'
    )
    handed = await Prompted("anthropic").events(content, request=passed_on("messages", MESSAGE))
    started = b'event: message_start\ndata: {"type":"message_start","message":{"model":"m"}}\n\n'
    assert handed_on(handed) == started + content[content.index(b"event: content_block_delta") :]


ROLE: Final = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]}
OVERLOADED: Final = {"error": {"type": "server_error", "code": "server_is_overloaded"}}


@pytest.mark.parametrize(
    ("provider_type", "protocol", "opening"),
    [
        ("openai", "chat_completions", events(ROLE)),
        ("anthropic", "messages", events({"type": "message_start", "message": {}}, {"type": "ping"})),
    ],
)
async def test_nothing_is_handed_on_until_the_answer_begins(provider_type: str, protocol: Any, opening: bytes) -> None:  # noqa: ANN401
    """So that another model can be asked when the provider breaks off at once."""
    overloaded = OVERLOADED if provider_type == "openai" else {"type": "error", "error": {"type": "overloaded_error"}}
    prompted = Prompted(provider_type)
    heard: list[object] = []
    url = "/chat/completions" if provider_type == "openai" else "/messages"
    prompted.outbound.answer("POST", prompted.connection.endpoint + url, opening + events(overloaded), headers=EVENTS)
    with pytest.raises(UpstreamFailure) as error:
        async with prompted.gateway.stream(prompted.connection, passed_on(protocol, MESSAGE)) as stream:
            heard += [event async for event in stream]
    assert (error.value.failure.category, heard) == ("overloaded", [])


async def test_pings_alone_do_not_keep_a_stream_open_for_ever() -> None:
    ping = b'event: ping\ndata: {"type": "ping"}\n\n'
    begun = events({"type": "message_start", "message": {}}, {"type": "content_block_start", "index": 0})
    outbound = HesitatingOutbound(0.0, *[0.02] * 40)
    request = passed_on("messages", MESSAGE, idle_seconds=5.0, deadline_seconds=0.1)
    error = await failure_of(Prompted("anthropic", outbound=outbound), begun, *[ping] * 40, request=request)
    assert error.message == "Anthropic stopped sending in the middle of its answer."


async def test_of_several_answers_the_slowest_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one's end is not that of the stream, though nothing comes for longer than a stream may tarry."""
    monkeypatch.setattr(send_prompt, "_GRACE_SECONDS", 0.2)
    first = events(a_chunk("A"), {"choices": [{"index": 1, "delta": {"content": "B"}}]}, a_chunk(reason="stop"))
    second = events({"choices": [{"index": 1, "delta": {"content": "!"}, "finish_reason": "length"}]})
    outbound = HesitatingOutbound(0.0, 0.3, 0.0)
    request = passed_on("chat_completions", CHAT)
    handed = await Prompted("openai", outbound=outbound).events(first, second, b"data: [DONE]\n\n", request=request)
    assert isinstance(handed[-1], Completion)
    assert [choice.finish_reason for choice in handed[-1].choices] == ["stop", "length"]


async def test_pings_after_the_end_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_prompt, "_GRACE_SECONDS", 0.2)
    started = asyncio.get_running_loop().time()
    content = events(a_chunk("Hi", "stop"))
    outbound = HesitatingOutbound(0.0, *[0.05] * 100)
    words, completion = await Prompted("openai", outbound=outbound).streamed(content, *[b": ping\n\n"] * 100)
    assert (words, completion.finish_reason) == (["Hi"], "stop")
    assert asyncio.get_running_loop().time() - started < 4.0


@pytest.mark.parametrize("protocol", ["chat_completions", None])
async def test_a_whole_answer_in_place_of_a_stream_is_streamed(protocol: Any) -> None:  # noqa: ANN401
    request = None if protocol is None else passed_on("chat_completions", CHAT)
    headers = {"content-type": "application/json"}
    heard = await Prompted("openai").events(orjson.dumps(ANSWER), request=request, headers=headers)
    assert heard[:-1] == [StreamStarted(), TextDelta("Hi")]
    assert isinstance(heard[-1], Completion)
    assert (heard[-1].usage, heard[-1].native) == (USED, None)


async def test_a_stream_in_place_of_a_whole_answer_is_gathered() -> None:
    content = events(a_chunk("Hel"), a_chunk("lo", "stop"), {"choices": [], "usage": ANSWER["usage"]})
    for request in (None, passed_on("chat_completions", CHAT)):
        completion = await Prompted("openai").completed(content, request, headers=EVENTS)
        assert (completion.text, completion.usage, completion.native) == ("Hello", USED, None)
    with pytest.raises(UpstreamFailure) as error:
        await Prompted("openai").completed(events(a_chunk("Hel")), headers=EVENTS)
    assert error.value.failure.category == "unexpected_body"


async def test_a_turn_that_called_tools_has_a_field_of_thoughts_where_the_service_wants_one() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    said: list[dict[str, Any]] = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "assistant", "content": None, "tool_calls": [call], "reasoning_content": "Hm."},
    ]
    request = passed_on("chat_completions", {"messages": said})
    sent = await Prompted("openai_compatible", preset="deepseek").sent(request)
    assert sent["messages"] == [said[0], {**said[1], "reasoning_content": ""}, said[2]]
    assert (await Prompted("openai_compatible", preset="groq").sent(request))["messages"] == said
