"""A prompt from a client to a provider that speaks the same protocol, or another one, on a real socket."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
import pytest

from adapters.providers.provider_gateway import Gateway
from tests.builders import AN_ENDPOINT
from tests.contract.http.prompts.prompt_routes import (
    CHAT,
    GENERATE,
    MESSAGES,
    RESPONSES,
    a_setup,
    events,
    post,
    prompt_routes,
)
from tests.fakes.outbound_http import FakeOutbound
from tests.http_service import Reply, Service
from tests.prompt_setup import PromptSetup, an_account

HELLO: Final = [{"role": "user", "content": "Hello"}]
OWN: Final = {"deadlineSeconds": 30, "idle_seconds": 5}
EVENTS: Final = {"content-type": "text/event-stream", "x-request-id": "req_1"}
JSON: Final = {"content-type": "application/json", "x-request-id": "req_1"}
COMPLETION: Final[dict[str, Any]] = {
    "id": "chatcmpl-theirs",
    "object": "chat.completion",
    "created": 1_700_000_000,
    "model": "gpt-4o-2024-11-20",
    "system_fingerprint": "fp_1",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi", "refusal": None, "annotations": []},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
}
MESSAGE: Final[dict[str, Any]] = {
    "id": "msg_theirs",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "Hi"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 4},
}


class Providers:
    """A setup whose accounts are asked through the real adapters."""

    def __init__(self) -> None:
        self.setup: PromptSetup = a_setup()
        self.outbound = FakeOutbound()
        self.openai = an_account(provider_type="openai", name="OpenAI")
        self.anthropic = an_account(provider_type="anthropic", name="Anthropic")
        self.google = an_account(provider_type="google", name="Google")
        self.setup.model("gpt-4o", of=self.openai)
        self.setup.model("gpt-5", of=self.openai)
        self.setup.model("claude-sonnet-4-5", of=self.anthropic)
        self.setup.model("gemini-2.5-flash", of=self.google)

    def answers(self, path: str, *documents: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Prepare what is answered below the endpoint: one document, or the events of a stream."""
        content = b"".join(
            document if isinstance(document, bytes) else orjson.dumps(document) for document in documents
        )
        self.outbound.answer("POST", AN_ENDPOINT.url + path, content, status=status, headers=headers or JSON)

    def sent(self) -> Any:  # noqa: ANN401 - JSON
        return self.outbound.requests[-1].json


@pytest.fixture
def providers() -> Providers:
    return Providers()


@pytest.fixture
async def service(providers: Providers, serve: Callable[..., Awaitable[Service]]) -> Service:
    return await serve(*prompt_routes(providers.setup, generation=Gateway(providers.outbound)))


def chunk(**choice: object) -> bytes:
    reported = {"index": 0, "delta": {}, "finish_reason": None, **choice}
    return b"data: %s\n\n" % orjson.dumps({"id": "theirs", "object": "chat.completion.chunk", "choices": [reported]})


USAGE: Final = b'data: {"id": "theirs", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}\n\n'
DONE: Final = b"data: [DONE]\n\n"


def ignored(reply: Reply) -> set[str]:
    return set(filter(None, reply.headers.get("Ignored-Fields", "").split(", ")))


async def test_to_a_provider_of_the_same_protocol_everything_is_passed_through(
    providers: Providers, service: Service
) -> None:
    providers.answers("/chat/completions", COMPLETION)
    body = {"model": "gpt-4o", "messages": HELLO, "prediction": {"type": "content"}, "a_field_of_tomorrow": [1]}
    reply = await post(service, CHAT, body | OWN)
    assert (reply.status, reply.document) == (200, COMPLETION)
    assert providers.sent() == body
    request = providers.outbound.requests[-1]
    assert 0 < (request.total_seconds or 0) <= 30
    assert "authorization" not in {name.lower() for name in request.headers}
    assert ignored(reply) == set()


async def test_no_header_of_the_client_is_passed_on_but_those_of_the_protocol(
    providers: Providers, service: Service
) -> None:
    providers.answers("/messages", MESSAGE)
    body = {"model": "claude-sonnet-4-5", "max_tokens": 50, "messages": HELLO}
    reply = await post(service, MESSAGES, body, **{"OpenAI-Organization": "org-1", "Cookie": "a=b", "X-Secret": "s"})
    assert (reply.status, reply.document) == (200, MESSAGE)
    names = {name.lower() for name in providers.outbound.requests[-1].headers}
    assert names <= {"accept", "anthropic-version"}


async def test_a_stream_of_the_same_protocol_is_passed_through(providers: Providers, service: Service) -> None:
    chunks = [chunk(delta={"role": "assistant"}), chunk(delta={"content": "Hi"}), chunk(finish_reason="stop")]
    providers.answers("/chat/completions", *chunks, USAGE, DONE, headers=EVENTS)
    body = {"model": "gpt-4o", "messages": HELLO, "stream": True}
    without = await post(service, CHAT, body)
    assert without.content == b"".join([*chunks, DONE])
    assert providers.sent()["stream_options"] == {"include_usage": True}
    asked = await post(service, CHAT, {**body, "stream_options": {"include_usage": True}})
    assert asked.content == b"".join([*chunks, USAGE, DONE])
    assert [use.output_tokens for use in providers.setup.usage.uses] == [4, 4]


async def test_a_stream_that_breaks_off_before_it_begins_is_answered_with_a_status(
    providers: Providers, service: Service
) -> None:
    error = b'data: {"error": {"message": "Busy today.", "type": "server_error", "code": "insufficient_quota"}}\n\n'
    providers.answers("/chat/completions", chunk(delta={"role": "assistant"}), error, headers=EVENTS)
    reply = await post(service, CHAT, {"model": "gpt-4o", "messages": HELLO, "stream": True})
    assert (reply.status, reply.document["error"]["code"]) == (429, "insufficient_quota")


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"prediction": {"type": "content", "content": "x"}}, "prediction"),
        ({"web_search_options": {}}, "web_search_options"),
        ({"audio": {"voice": "alloy"}}, "audio"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"logit_bias": {"50256": -100}}, "logit_bias"),
        ({"logprobs": True}, "logprobs"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"n": 2}, "n"),
        ({"temperature": 1.5}, "temperature"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"a_field_of_tomorrow": 1}, "a_field_of_tomorrow"),
        ({"tools": [{"type": "web_search"}]}, "tools[0]"),
        (
            {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]},
            "messages[0].content[0].file.file_id",
        ),
    ],
)
async def test_what_cannot_be_translated_is_refused_by_the_clients_name_and_nothing_sent(
    providers: Providers, service: Service, change: dict[str, Any], param: str
) -> None:
    for stream in (False, True):
        body = {"model": "claude-sonnet-4-5", "messages": HELLO, "stream": stream, **change}
        reply = await post(service, CHAT, body)
        error = reply.document["error"]
        assert (reply.status, error["code"], error["param"]) == (400, "unsupported_parameter", param), error
        assert error["type"] == "invalid_request_error"
    assert providers.outbound.requests == []
    assert providers.setup.usage.uses == []


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"temperature": "hot"}, "temperature"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"stop": [1]}, "stop[0]"),
        ({"seed": True}, "seed"),
        ({"reasoning_effort": "much"}, "reasoning_effort"),
        ({"response_format": {"type": "xml"}}, "response_format"),
        ({"tool_choice": "any"}, "tool_choice"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "smell"}]}]}, "messages[0].content[0]"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
            "messages[0].content[0].image_url.url",
        ),
        (
            {"messages": [*HELLO, {"role": "assistant", "tool_calls": [{"id": "1"}]}]},
            "messages[1].tool_calls[0].function.name",
        ),
    ],
)
async def test_what_makes_no_sense_to_be_translated_is_refused_at_its_place(
    providers: Providers, service: Service, change: dict[str, Any], param: str
) -> None:
    reply = await post(service, CHAT, {"model": "claude-sonnet-4-5", "messages": HELLO, **change})
    error = reply.document["error"]
    assert (reply.status, error["code"], error["param"]) == (400, "invalid_value", param), error
    assert providers.outbound.requests == []


async def test_an_image_that_a_provider_does_not_take_is_refused_in_every_api(
    providers: Providers, service: Service
) -> None:
    data = "data:image/tiff;base64,aGVsbG8="
    chat = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": data}}]}]
    reply = await post(service, CHAT, {"model": "claude-sonnet-4-5", "messages": chat})
    assert (reply.status, reply.document["error"]["param"]) == (400, "messages")
    of_responses = [{"role": "user", "content": [{"type": "input_image", "image_url": data}]}]
    reply = await post(service, RESPONSES, {"model": "claude-sonnet-4-5", "input": of_responses})
    assert (reply.status, reply.document["error"]["param"]) == (400, "input")
    assert "does not take images of the type" in reply.document["error"]["message"]
    assert providers.outbound.requests == []


async def test_what_only_tunes_is_left_out_and_named(providers: Providers, service: Service) -> None:
    providers.answers("/messages", MESSAGE)
    tuning = {
        "seed": 7,
        "presence_penalty": 0.5,
        "frequency_penalty": 0.5,
        "metadata": {"a": "b"},
        "prompt_cache_key": "k",
        "verbosity": "low",
        "service_tier": "flex",
        "store": True,
        "safety_identifier": "s",
    }
    harmless = {"service_tier": "auto", "store": False, "n": 1, "logprobs": False, "user": "u-1", "stop": "END"}
    body = {"model": "claude-sonnet-4-5", "messages": HELLO}
    reply = await post(service, CHAT, body | harmless)
    assert (reply.status, ignored(reply)) == (200, set())
    sent = providers.sent()
    assert (sent["metadata"], sent["stop_sequences"]) == ({"user_id": "u-1"}, ["END"])
    reply = await post(service, CHAT, body | tuning)
    assert (reply.status, ignored(reply)) == (200, set(tuning))
    assert not tuning.keys() & providers.sent().keys()
    started: dict[str, Any] = {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 3}}}
    rest: list[dict[str, Any]] = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "Hi"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}},
        {"type": "message_stop"},
    ]
    reported = [b"event: %s\ndata: %s\n\n" % (e["type"].encode(), orjson.dumps(e)) for e in [started, *rest]]
    providers.outbound.answer("POST", AN_ENDPOINT.url + "/messages", *reported, headers=EVENTS)
    await post(service, CHAT, body)  # What was prepared first is answered first.
    reply = await post(service, CHAT, {**body, "stream": True, "seed": 7})
    assert ignored(reply) == {"seed"}
    assert [data["choices"][0]["delta"].get("content") for _, data in events(reply)[:-1]] == ["", "Hi", None]


async def test_a_translated_answer_has_ids_of_this_service(providers: Providers, service: Service) -> None:
    providers.answers("/messages", MESSAGE)
    reply = await post(service, CHAT, {"model": "claude-sonnet-4-5", "messages": HELLO})
    assert reply.document["id"] == f"chatcmpl-{reply.headers['X-Request-Id']}"
    assert reply.document["model"] == "claude-sonnet-4-5-20250929"
    assert reply.document["choices"][0]["message"]["content"] == "Hi"


async def test_the_next_candidate_is_asked_in_its_own_protocol(providers: Providers, service: Service) -> None:
    for account, model in ((providers.openai, "o"), (providers.anthropic, "a")):
        providers.setup.model(model, of=account, name="Ours")
    providers.answers("/chat/completions", {"error": {"type": "insufficient_quota"}}, status=429)
    providers.answers("/messages", MESSAGE)
    for body in ({"seed": 7}, {}):
        reply = await post(service, CHAT, {"model": "Ours", "messages": HELLO, **body})
        assert (reply.status, ignored(reply)) == (200, set(body))
        assert reply.document["choices"][0]["message"]["content"] == "Hi"
        assert "messages" in providers.sent()


SAID: Final = "Invalid schema for function 'f'."


async def test_the_providers_own_sentence_is_in_every_shape(providers: Providers, service: Service) -> None:
    refusal = {"error": {"message": SAID, "type": "invalid_request_error", "param": None, "code": None}}
    providers.answers("/chat/completions", refusal, status=400)
    for path, body in (
        (CHAT, {"messages": HELLO}),
        (MESSAGES, {"messages": HELLO, "max_tokens": 5}),
        (RESPONSES, {"input": "Hello"}),
    ):
        if path == RESPONSES:
            providers.answers("/responses", refusal, status=400)
        reply = await post(service, path, {"model": "gpt-4o", **body})
        assert reply.status == 400
        assert f'The provider answered: "{SAID}" (its request req_1).' in reply.document["error"]["message"]
        line = service.log.lines("request")[-1]
        assert (line["upstream_category"], line["upstream_status"]) == ("bad_request", 400)
        assert (line["upstream_message"], line["upstream_request_id"]) == (SAID, "req_1")
    reply = await post(service, GENERATE, {"providerModelId": "gpt-4o", "prompt": "Hello"})
    assert (reply.status, reply.document["upstreamMessage"], reply.document["upstreamRequestId"]) == (
        422,
        SAID,
        "req_1",
    )


async def test_models_that_reason_are_asked_in_the_protocol_that_takes_the_prompt(
    providers: Providers, service: Service
) -> None:
    providers.answers("/chat/completions", COMPLETION)
    response: dict[str, Any] = {
        "object": "response",
        "id": "resp_1",
        "status": "completed",
        "model": "gpt-5",
        "output": [],
        "usage": None,
    }
    providers.answers("/responses", response)
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    paths = []
    for model, body in (("gpt-5", {}), ("gpt-5", {"tools": [tool]}), ("gpt-4o", {"tools": [tool]})):
        assert (await post(service, CHAT, {"model": model, "messages": HELLO, **body})).status == 200
        paths.append(providers.outbound.requests[-1].url.removeprefix(AN_ENDPOINT.url))
    assert paths == ["/chat/completions", "/responses", "/chat/completions"]


async def test_a_stream_that_breaks_off_is_in_the_log_with_the_providers_sentence(
    providers: Providers, service: Service
) -> None:
    error = b'data: {"error": {"message": "Out of memory.", "type": "server_error"}}\n\n'
    providers.answers("/chat/completions", chunk(delta={"content": "Hi"}), error, headers=EVENTS)
    reply = await post(service, CHAT, {"model": "gpt-4o", "messages": HELLO, "stream": True})
    assert (reply.status, b'answered: \\"Out of memory.\\"' in reply.content) == (200, True)
    line = service.log.lines("request")[-1]
    assert (line["status"], line["upstream_category"], line["upstream_message"]) == (
        200,
        "provider_error",
        "Out of memory.",
    )
    providers.answers("/messages", MESSAGE)
    await post(service, CHAT, {"model": "claude-sonnet-4-5", "messages": HELLO})
    assert not any(name.startswith("upstream") for name in service.log.lines("request")[-1])
