"""The OpenAI-compatible routes: what they take, what they refuse, and in which shape."""

from typing import Any
from uuid import uuid4

import pytest

from application.ports.provider_gateway import UpstreamFailure
from application.prompts.completion import TokenUsage
from application.prompts.conversation import Image, Sampling
from entrypoints.http.authorization import Role
from tests.contract.http.prompts.prompt_routes import CHAT, post
from tests.fakes.client import a_turn
from tests.fakes.generation import completed
from tests.http_service import Service, a_token
from tests.prompt_setup import SOME_TIME, PromptSetup, a_failure, an_account

HELLO = [{"role": "user", "content": "Hello"}]
CONVERSATION = [
    {"role": "developer", "content": "Be brief."},
    {
        "role": "user",
        "name": "ann",
        "content": [
            {"type": "text", "text": "What is it?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8=", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        ],
    },
    {"role": "assistant", "content": "A dot.", "refusal": None, "tool_calls": None, "annotations": []},
    {"role": "user", "content": "Sure?"},
]
UNDERSTOOD = (
    a_turn("system", "Be brief."),
    a_turn(
        "user",
        "What is it?",
        Image(media_type="image/png", data="aGVsbG8=", detail="low"),
        Image(url="https://example.com/a.png"),
    ),
    a_turn("assistant", "A dot."),
    a_turn("user", "Sure?"),
)


async def test_an_answer_has_openais_shape(setup: PromptSetup, service: Service) -> None:
    setup.model("gpt-x")
    setup.generation.plays(
        "gpt-x", completed("Hi.", usage=TokenUsage(input_tokens=7, output_tokens=3, reasoning_tokens=1))
    )
    reply = await post(service, CHAT, {"model": "gpt-x", "messages": HELLO})
    document = reply.document
    assert document.pop("created") > 1_700_000_000
    assert document == {
        "id": f"chatcmpl-{reply.headers['X-Request-Id']}",
        "object": "chat.completion",
        "model": "snapshot-1",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi.", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 7,
            "completion_tokens": 3,
            "total_tokens": 10,
            "prompt_tokens_details": {},
            "completion_tokens_details": {"reasoning_tokens": 1},
        },
    }


async def test_what_the_provider_does_not_say_is_made_up_of_nothing(setup: PromptSetup, service: Service) -> None:
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", completed("", usage=TokenUsage(), answered_by=None, finish_reason="other"))
    document = (await post(service, CHAT, {"model": "gpt-x", "messages": HELLO})).document
    assert (document["model"], document["usage"]) == ("gpt-x", None)
    assert document["choices"][0]["finish_reason"] == "stop"


async def test_the_conversation_reaches_the_model(setup: PromptSetup, service: Service) -> None:
    setup.model("gpt-x")
    body = {
        "model": "gpt-x",
        "messages": CONVERSATION,
        "temperature": 0.5,
        "top_p": 1,
        "max_completion_tokens": 20,
        "max_tokens": 10,
        "stop": "END",
        "n": 1,
        "user": "u-1",
        "seed": 7,
        "presence_penalty": 0,
        "response_format": {"type": "text"},
        "tools": [],
        "logit_bias": None,
    }
    own = {"deadlineSeconds": 7, "idle_seconds": 2.5}
    assert (await post(service, CHAT, body | own)).status == 200
    request = setup.generation.calls[0].request
    assert (request.client.protocol, request.client.body) == ("chat_completions", body)
    assert (request.deadline_seconds, request.idle_seconds) == (7.0, 2.5)
    conversation = request.client.conversation()
    assert conversation.turns == UNDERSTOOD
    assert conversation.options == {"user": "u-1"}
    assert (conversation.untranslatable, conversation.tuning) == ((), ())
    assert conversation.sampling == Sampling(
        temperature=0.5, top_p=1.0, max_tokens=20, stop=("END",), n=1, seed=7, presence_penalty=0.0
    )


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": ...}, "model"),
        ({"model": ""}, "model"),
        ({"model": "a\u0000b"}, "model"),
        ({"messages": ...}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": ["Hello"]}, "messages[0]"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": 1}}, "stream_options.include_usage"),
        ({"deadlineSeconds": 0}, "deadlineSeconds"),
        ({"deadline_seconds": 601}, "deadline_seconds"),
        ({"idleSeconds": "1"}, "idleSeconds"),
    ],
)
async def test_what_this_service_itself_reads_is_checked(
    setup: PromptSetup, service: Service, change: dict[str, Any], param: str
) -> None:
    setup.model("gpt-x")
    body = {name: value for name, value in ({"model": "gpt-x", "messages": HELLO} | change).items() if value is not ...}
    reply = await post(service, CHAT, body)
    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/json")
    error = reply.document["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_value")
    assert error["param"].startswith(param)
    assert setup.generation.calls == []


async def test_a_body_is_handed_on_no_deeper_than_it_can_be_written(setup: PromptSetup, service: Service) -> None:
    setup.model("gpt-x")
    nested: Any = "deep"
    for _ in range(300):
        nested = [nested]
    reply = await post(service, CHAT, {"model": "gpt-x", "messages": HELLO, "metadata": nested})
    assert (reply.status, reply.document["error"]["type"]) == (400, "invalid_request_error")
    assert "64 levels" in reply.document["error"]["message"]


async def test_refusals_before_the_view_have_the_same_shape(service: Service) -> None:
    nobody = await service.ask("POST", CHAT, json={})
    assert (nobody.status, nobody.document["error"]["code"]) == (401, "invalid_api_key")
    assert nobody.headers["WWW-Authenticate"] == "Bearer"
    viewer = await service.ask("POST", CHAT, token=a_token(Role.VIEWER), json={})
    assert (viewer.status, viewer.document["error"]["code"]) == (403, "not_allowed")
    malformed = await service.ask(
        "POST", CHAT, token=a_token(), data=b"{", headers={"Content-Type": "application/json"}
    )
    assert (malformed.status, malformed.document["error"]["type"]) == (400, "invalid_request_error")
    keyed = await post(service, CHAT, {"model": "m", "messages": HELLO}, **{"Idempotency-Key": "k"})
    assert (keyed.status, keyed.document["error"]["code"]) == (422, "not_replayable")


@pytest.mark.parametrize(
    ("error", "status", "code", "retry"),
    [
        (a_failure("rate_limited", retry_after_seconds=99.0), 429, "rate_limit_exceeded", "true"),
        (a_failure("billing_exhausted", is_retryable=False), 429, "insufficient_quota", "false"),
        (a_failure("overloaded", retry_after_seconds=99.0), 503, "server_is_overloaded", "true"),
        (a_failure("timeout"), 504, "timeout", "false"),
        (a_failure("content_filter", is_retryable=False), 400, "content_filter", "false"),
        (a_failure("context_length_exceeded", is_retryable=False), 400, "context_length_exceeded", "false"),
        (a_failure("bad_request", is_retryable=False), 400, "provider_refused_request", "false"),
        (a_failure("not_found", is_retryable=False), 404, "model_not_found", "false"),
        (a_failure("auth_invalid", is_retryable=False, hint="Give it again."), 502, "auth_invalid", "false"),
        (a_failure("unreachable", is_retryable=False), 502, "unreachable", "false"),
    ],
)
async def test_a_failure_of_the_provider_is_reported_in_openais_words(
    setup: PromptSetup, service: Service, *, error: UpstreamFailure, status: int, code: str, retry: str
) -> None:
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", error)
    reply = await post(service, CHAT, {"model": "gpt-x", "messages": HELLO})
    assert (reply.status, reply.document["error"]["code"]) == (status, code)
    assert reply.headers["x-should-retry"] == retry
    assert error.message in reply.document["error"]["message"]
    assert reply.headers.get("Retry-After") == ("99" if error.failure.retry_after_seconds else None)
    assert (error.failure.hint or "") in reply.document["error"]["message"]


async def test_a_model_that_is_not_there_or_out_of_use_is_reported(setup: PromptSetup, service: Service) -> None:
    setup.model("off", is_enabled=False)
    unknown = await post(service, CHAT, {"model": "gpt-x", "messages": HELLO})
    assert (unknown.status, unknown.document["error"]["code"]) == (404, "model_not_found")
    assert unknown.document["error"]["param"] == "model"
    off = await post(service, CHAT, {"model": "off", "messages": HELLO})
    assert (off.status, off.document["error"]["code"]) == (409, "model_out_of_use")
    assert off.headers["x-should-retry"] == "false"


async def test_models_are_listed_once_by_their_providers_names(setup: PromptSetup, service: Service) -> None:
    setup.model("gpt-x", name="b")
    setup.model("gpt-x", name="c", of=an_account(name="Another"))
    setup.model("gpt-y", name="a", type="unknown")
    setup.model("off", is_enabled=False)
    setup.model("embedder", name="z", type="embedding")
    setup.model("away", of=an_account(is_enabled=False))
    reply = await service.ask("GET", "/v1/models", token=a_token(Role.VIEWER))
    data = reply.document["data"]
    assert (reply.document["object"], reply.document["has_more"]) == ("list", False)
    # Providers' names and those given here; each finds the model that would be tried first.
    assert [each["id"] for each in data] == ["a", "b", "c", "embedder", "gpt-x", "gpt-y", "z"]
    assert {(each["object"], each["created"]) for each in data} == {("model", int(SOME_TIME.timestamp()))}
    assert {each["owned_by"] for each in data if each["id"] != "c"} == {"A provider"}
    assert data[4]["modelbook_id"] == data[1]["modelbook_id"]


async def test_lists_of_models_come_in_pages_and_in_anthropics_shape(setup: PromptSetup, service: Service) -> None:
    for name in ("a", "b", "c"):
        setup.model(f"gpt-{name}", name=f"gpt-{name}", context_window=100, max_tokens=10)
    page = await service.ask("GET", "/v1/models?limit=2", token=a_token(Role.VIEWER))
    assert ([each["id"] for each in page.document["data"]], page.document["has_more"]) == (["gpt-a", "gpt-b"], True)
    last = await service.ask("GET", "/v1/models?limit=2&after=gpt-b", token=a_token(Role.VIEWER))
    assert ([each["id"] for each in last.document["data"]], last.document["has_more"]) == (["gpt-c"], False)
    version = {"anthropic-version": "2023-06-01"}
    theirs = await service.ask("GET", "/v1/models?after_id=gpt-a&limit=1", token=a_token(Role.VIEWER), headers=version)
    assert (theirs.document["first_id"], theirs.document["last_id"], theirs.document["has_more"]) == (
        "gpt-b",
        "gpt-b",
        True,
    )
    [model] = theirs.document["data"]
    assert (model["type"], model["display_name"], model["max_input_tokens"]) == ("model", "gpt-b", 100)


async def test_a_model_is_shown_by_any_of_its_names(setup: PromptSetup, service: Service) -> None:
    model = setup.model("vendor/gpt-x:free", name="Ours")
    for name in (str(model.id), "vendor/gpt-x:free", "Ours"):
        reply = await service.ask("GET", f"/v1/models/{name}", token=a_token(Role.VIEWER))
        assert (reply.status, reply.document["id"]) == (200, name)
    missing = await service.ask("GET", f"/v1/models/{uuid4()}", token=a_token(Role.VIEWER))
    assert (missing.status, missing.document["error"]["code"]) == (404, "model_not_found")
