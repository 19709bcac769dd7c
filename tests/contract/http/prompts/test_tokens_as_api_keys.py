"""Every compatible API takes the token where its clients send an API key."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.contract.http.prompts.service_with_provider import NAME, URLS, WORDS, Served, served
from tests.http_service import Reply, Service, a_token
from tests.unit.providers.wire_protocols import sample

TURN = [{"role": "user", "content": "Hi"}]
BODIES: dict[str, dict[str, Any]] = {
    "/v1/messages": {"model": NAME, "max_tokens": 9, "messages": TURN},
    "/v1/responses": {"model": NAME, "input": "Hi"},
    "/v1/chat/completions": {"model": NAME, "messages": TURN},
}
apis = pytest.mark.parametrize("api", BODIES)


@pytest.fixture
async def at(serve: Callable[..., Awaitable[Service]]) -> AsyncIterator[Served]:
    async with AsyncExitStack() as stack:
        at = await served(serve, stack, "anthropic")
        at.answers(URLS["anthropic"], sample(WORDS["anthropic"]))
        yield at


async def _asked(at: Served, api: str, headers: Mapping[str, str]) -> Reply:
    return await at.service.ask("POST", api, json=BODIES[api], headers=headers)


@apis
@pytest.mark.parametrize("header", ["x-api-key", "X-API-Key", "api-key"])
async def test_as_an_api_key(at: Served, api: str, header: str) -> None:
    assert (await _asked(at, api, {header: a_token()})).status == 200


@apis
async def test_the_same_token_twice_is_one(at: Served, api: str) -> None:
    token = a_token()
    reply = await _asked(at, api, {"Authorization": f"bearer {token}", "x-api-key": token, "api-key": token})
    assert reply.status == 200


@apis
@pytest.mark.parametrize("other", ["x-api-key", "api-key"])
async def test_two_different_tokens_are_refused(at: Served, api: str, other: str) -> None:
    reply = await _asked(at, api, {"Authorization": f"Bearer {a_token()}", other: a_token(actor="user-2")})
    assert reply.status == 401
    assert "different tokens" in reply.document["error"]["message"]
    assert at.outbound.requests == []


@apis
@pytest.mark.parametrize("headers", [{}, {"x-api-key": "sk-ant-1"}, {"api-key": ""}, {"Authorization": "Basic eDp5"}])
async def test_without_a_token_there_is_an_error_in_the_apis_shape(
    at: Served, api: str, headers: dict[str, str]
) -> None:
    reply = await _asked(at, api, headers)
    assert reply.status == 401
    if api == "/v1/messages":
        assert (reply.document["type"], reply.document["error"]["type"]) == ("error", "authentication_error")
        assert reply.headers["request-id"] == reply.document["request_id"]
    else:
        assert reply.document["error"]["code"] == "invalid_api_key"


async def test_our_own_routes_take_no_api_key(at: Served) -> None:
    reply = await at.service.ask("GET", "/api/ai/usage", headers={"x-api-key": a_token()})
    assert reply.status == 401


async def test_what_is_no_part_of_the_address_is_refused(at: Served) -> None:
    body = BODIES["/v1/messages"]
    reply = await at.service.ask("POST", "/v1/messages?beta=true&gamma=1", token=a_token(), json=body)
    assert (reply.status, reply.document["error"]["type"]) == (400, "invalid_request_error")
    assert (await at.service.ask("POST", "/v1/messages?beta=true", token=a_token(), json=body)).status == 200


async def test_nobody_is_harmed_who_only_looks_whether_there_is_a_service(at: Served) -> None:
    """Claude Code begins so."""
    assert (await at.service.ask("HEAD", "/")).status in {200, 404}
