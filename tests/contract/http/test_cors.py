from collections.abc import Awaitable, Callable

import pytest

from entrypoints.http.http_options import HttpOptions
from tests.contract.http.example_views import THINGS, Things, thing_routes
from tests.http_service import Reply, Service, a_token

Serve = Callable[..., Awaitable[Service]]

FRIEND = "https://app.example.org"
OPTIONS = HttpOptions(cors_origins=(FRIEND,))


def cors_headers(reply: Reply) -> set[str]:
    return {name for name in reply.headers if name.startswith("Access-Control-")}


async def preflight(service: Service, origin: str) -> Reply:
    return await service.ask(
        "OPTIONS",
        THINGS,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        },
    )


async def test_without_configuration_no_other_origin_reads_anything(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    assert cors_headers(await preflight(service, FRIEND)) == set()
    assert cors_headers(await service.ask("GET", THINGS, token=a_token(), headers={"Origin": FRIEND})) == set()


async def test_a_named_origin_may_ask_and_read(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()), options=OPTIONS)
    asked = await preflight(service, FRIEND)
    assert asked.status == 204
    assert asked.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    accepted = asked.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in accepted for name in ("authorization", "content-type", "idempotency-key", "if-match"))
    assert asked.headers["Access-Control-Max-Age"] == "600"
    got = await service.ask("GET", THINGS, token=a_token(), headers={"Origin": FRIEND})
    assert got.headers["Access-Control-Allow-Origin"] == FRIEND
    exposed = got.headers["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in ("ETag", "X-Request-Id", "Log-Position", "Location", "Retry-After"))
    assert "Origin" in got.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in got.headers


OF_OPENAI_NODE = (
    "authorization,content-type,x-stainless-arch,x-stainless-lang,x-stainless-os,x-stainless-package-version,"
    "x-stainless-retry-count,x-stainless-runtime,x-stainless-runtime-version,x-stainless-timeout,user-agent,"
    "openai-organization,openai-project,idempotency-key"
)
OF_ANTHROPIC_NODE = (
    "x-api-key,anthropic-version,anthropic-beta,anthropic-dangerous-direct-browser-access,content-type,"
    "x-stainless-helper-method"
)


@pytest.mark.parametrize("asked", [OF_OPENAI_NODE, OF_ANTHROPIC_NODE, "api-key, content-type , X-Stainless-Lang"])
async def test_the_official_clients_may_ask_from_a_browser(serve: Serve, asked: str) -> None:
    service = await serve(*thing_routes(Things()), options=OPTIONS)
    headers = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": asked,
    }
    reply = await service.ask("OPTIONS", THINGS, headers=headers)
    accepted = {name.strip() for name in reply.headers["Access-Control-Allow-Headers"].lower().split(",")}
    assert {name.strip() for name in asked.lower().split(",")} <= accepted
    assert "x-should-retry" in reply.headers["Access-Control-Expose-Headers"].lower()


@pytest.mark.parametrize("asked", ["cookie", "x-evil", "x-stainless-", "x-stainless-a b", "x-stainless-lang;x", "*"])
async def test_a_browser_may_send_no_other_header(serve: Serve, asked: str) -> None:
    service = await serve(*thing_routes(Things()), options=OPTIONS)
    headers = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": asked,
    }
    reply = await service.ask("OPTIONS", THINGS, headers=headers)
    accepted = {name.strip() for name in reply.headers["Access-Control-Allow-Headers"].lower().split(",")}
    assert asked not in accepted


async def test_errors_can_be_read_by_a_named_origin_too(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()), options=OPTIONS)
    for path in (THINGS, "/api/ai/nothing"):
        reply = await service.ask("GET", path, headers={"Origin": FRIEND})
        assert reply.headers["Access-Control-Allow-Origin"] == FRIEND


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://app.example.org",
        "https://app.example.org:8443",
        FRIEND + ".evil.example",
        FRIEND.upper(),
    ],
)
async def test_any_other_origin_gets_nothing(serve: Serve, origin: str) -> None:
    service = await serve(*thing_routes(Things()), options=OPTIONS)
    for reply in (await preflight(service, origin), await service.ask("GET", THINGS, headers={"Origin": origin})):
        assert cors_headers(reply) == set()
        assert reply.headers["Vary"] == "Origin"
