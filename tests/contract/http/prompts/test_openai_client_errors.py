"""Errors for clients of OpenAI's API: whatever goes wrong, in its shape and words."""

import json
from collections.abc import Awaitable, Callable
from typing import get_args

import pytest
from aiohttp import web

from application.bounds.quotas import rate_quota
from application.errors import InvalidInput, RateLimited, Unavailable
from application.ports.provider_gateway import CallOutcome, Category, ContextUse
from entrypoints.http.bodies.prompts import LARGEST_PROMPT
from entrypoints.http.classify_problem import ErrorKind
from entrypoints.http.compatible_apis import openai_errors
from entrypoints.http.compatible_apis.openai_errors import OPENAI_SHAPE, error_document
from entrypoints.http.problems import Problem
from entrypoints.http.request_errors import NotAllowed
from tests.contract.http.example_views import a_route
from tests.contract.http.prompts.prompt_routes import CHAT, events, post
from tests.contract.http.test_transport import spoken
from tests.fakes.generation import completed
from tests.http_service import Service, a_token
from tests.prompt_setup import PromptSetup, a_failure

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize(
    ("context", "window", "words"),
    [
        (
            ContextUse(limit=8192, used=9000),
            4000,
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. ",
        ),
        (
            ContextUse(used=9000),
            None,
            "This model's maximum context length is exceeded. However, your messages resulted",
        ),
        (None, 4000, "This model's maximum context length is 4000 tokens. The provider answered"),
        (None, None, "This model's maximum context length is exceeded. The provider answered"),
    ],
)
async def test_what_is_too_long_is_reported_in_the_words_that_clients_look_for(
    setup: PromptSetup, service: Service, context: ContextUse | None, window: int | None, words: str
) -> None:
    setup.model("gpt-x", context_window=window)
    failure = a_failure("context_length_exceeded", is_retryable=False, context=context)
    setup.generation.plays("gpt-x", failure)
    setup.generation.plays("gpt-x", "Once upon", failure)
    whole = await post(service, CHAT, {"model": "gpt-x", "messages": HELLO})
    assert (whole.status, whole.document["error"]["code"]) == (400, "context_length_exceeded")
    assert whole.document["error"]["message"].startswith(words)
    assert (whole.document["error"]["type"], whole.document["error"]["param"]) == ("invalid_request_error", "messages")
    streamed = await post(service, CHAT, {"model": "gpt-x", "messages": HELLO, "stream": True})
    assert (streamed.status, events(streamed)[-1][1]) == (200, whole.document)


async def test_what_the_filter_refuses_is_reported_in_the_words_that_clients_look_for(
    setup: PromptSetup, service: Service
) -> None:
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", a_failure("content_filter", is_retryable=False))
    error = (await post(service, CHAT, {"model": "gpt-x", "messages": HELLO})).document["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "content_filter")
    assert "content management policy" in error["message"]


async def test_an_answer_that_the_filter_ended_says_so(setup: PromptSetup, service: Service) -> None:
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", "Once", completed("Once", finish_reason="content_filter"))
    whole = await post(service, CHAT, {"model": "gpt-x", "messages": HELLO})
    assert whole.document["choices"][0]["finish_reason"] == "content_filter"
    streamed = await post(service, CHAT, {"model": "gpt-x", "messages": HELLO, "stream": True})
    assert events(streamed)[-2][1]["choices"][0]["finish_reason"] == "content_filter"


@pytest.mark.parametrize("name", ["deadlineSeconds", "deadline_seconds"])
async def test_the_deadline_is_a_field_of_this_api_too(setup: PromptSetup, service: Service, name: str) -> None:
    setup.model("gpt-x")
    for seconds in (0.5, 600):
        assert (await post(service, CHAT, {"model": "gpt-x", "messages": HELLO, name: seconds})).status == 200
    assert [call.request.deadline_seconds for call in setup.generation.calls] == [0.5, 600.0]
    refused = await post(service, CHAT, {"model": "gpt-x", "messages": HELLO, name: 601})
    assert (refused.status, refused.document["error"]["code"]) == (400, "invalid_value")


async def test_no_repetition_is_invited_after_our_own(setup: PromptSetup, service: Service) -> None:
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", a_failure("overloaded"))
    reply = await post(service, CHAT, {"model": "gpt-x", "messages": HELLO})
    assert (reply.status, reply.headers["x-should-retry"]) == (503, "false")
    assert len(setup.generation.calls) == 3


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1", 404, "unknown_url"),
        ("POST", "/v1/nothing/here", 404, "unknown_url"),
        ("POST", "/v1/", 404, "unknown_url"),
        ("GET", CHAT, 405, "method_not_allowed"),
        ("DELETE", "/v1/models", 405, "method_not_allowed"),
    ],
)
async def test_what_no_route_answers_has_the_shape_of_the_api(
    service: Service, method: str, path: str, status: int, code: str
) -> None:
    for token in (None, a_token()):
        reply = await service.ask(method, path, token=token)
        assert (reply.status, reply.headers["Content-Type"]) == (status, "application/json")
        error = reply.document["error"]
        assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", code, None)
        assert error["message"]
        assert reply.headers["X-Request-Id"]
        assert ("Allow" in reply.headers) is (status == 405)


async def test_outside_of_the_api_problems_stay_what_they_are(service: Service) -> None:
    for path in ("/v1beta/models", "/api/v1/models", "/v1x"):
        reply = await service.ask("GET", path)
        assert (reply.status, reply.headers["Content-Type"]) == (404, "application/problem+json")


async def test_a_body_that_cannot_be_read_has_the_shape_of_the_api(service: Service) -> None:
    large = await service.ask(
        "POST",
        CHAT,
        token=a_token(),
        data=b" " * (LARGEST_PROMPT + 1),
        headers={"Content-Type": "application/json"},
    )
    assert (large.status, large.document["error"]["code"]) == (413, "content_too_large")
    plain = await service.ask("POST", CHAT, token=a_token(), data=b"{}", headers={"Content-Type": "text/plain"})
    assert (plain.status, plain.document["error"]["code"]) == (415, "unsupported_content_type")


@pytest.mark.parametrize(
    ("error", "status", "type_", "code"),
    [
        (Unavailable(), 503, "service_unavailable_error", "service_unavailable"),
        (RateLimited(rate_quota("tests", 60), 7), 429, "rate_limit_error", "rate_limit_exceeded"),
        (ZeroDivisionError(), 500, "server_error", "internal_error"),
        (NotAllowed(), 403, "permission_error", "not_allowed"),
        (InvalidInput("/messages/0/content", "is empty"), 400, "invalid_request_error", "invalid_value"),
    ],
)
async def test_failures_of_our_own_have_the_shape_of_the_api(
    serve: Callable[..., Awaitable[Service]], error: Exception, status: int, type_: str, code: str
) -> None:
    async def view(request: web.Request) -> web.Response:  # noqa: ARG001 - whoever asks
        raise error

    service = await serve(a_route(view, path="/v1/anything", problem_shape=OPENAI_SHAPE))
    reply = await service.ask("GET", "/v1/anything")
    assert (reply.status, reply.headers["Content-Type"]) == (status, "application/json")
    reported = reply.document["error"]
    assert reported.keys() == {"message", "type", "param", "code"}
    assert (reported["type"], reported["code"]) == (type_, code)
    assert reply.headers["X-Request-Id"]
    assert ("Retry-After" in reply.headers) is (status in {429, 503})


def test_the_api_has_a_form_for_every_kind_of_error() -> None:
    for code, status in [
        ("x", 400),
        ("x", 418),
        ("x", 500),
        ("x", 507),
        *((kind, 400) for kind in get_args(ErrorKind)),
    ]:
        for category in (None, *get_args(Category)):
            failure = None if category is None else CallOutcome(category, "It is so.")
            document = error_document(Problem(status=status, code=code, detail="It is so.", failure=failure))
            assert document["error"]["type"]
            assert document["error"]["code"]
    assert openai_errors.ERRORS.keys() == set(get_args(ErrorKind))


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431, "headers_too_large"),
        (b"GET /v1/models?" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431, "headers_too_large"),
        (b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, "malformed_request"),
        (b"POST  /v1/chat/completions  HTTP/9\r\nHost: a\r\n\r\n", 400, "malformed_request"),
        (b"GET /v1/models\r\nHost a\r\n\r\n", 400, "malformed_request"),
    ],
)
async def test_what_is_no_request_has_the_shape_of_the_api(
    service: Service, sent: bytes, status: int, code: str
) -> None:
    status_line, headers, body = await spoken(service, sent)
    assert status_line.startswith((f"HTTP/1.1 {status}", f"HTTP/1.0 {status}"))
    assert "content-type: application/json" in headers
    assert "x-request-id: " in headers
    error = json.loads(body)["error"]
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", code, None)
