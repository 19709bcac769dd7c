"""Requests are counted against the quotas that their routes name, in one place, for each organization."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from entrypoints.http import refusal_pace
from entrypoints.http.authorization import Access, Role
from entrypoints.http.compatible_apis.error_shapes import shape_at
from entrypoints.http.documentation.openapi import openapi_document
from entrypoints.http.field_types import Flag, Query
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.json_responses import json_response
from entrypoints.http.metrics import HttpMetrics
from entrypoints.http.parse_request import query_of
from entrypoints.http.rate_limits import RateLimiter
from entrypoints.http.routes import Route, route
from entrypoints.http.shutdown_state import ShutdownState
from tests.contract.http.example_views import THINGS
from tests.fakes.rate_limits import FakeRateLimits
from tests.http_service import ORGANIZATION, OTHER_ORGANIZATION, Reply, Service, a_limiter, a_token
from tests.product_routes import product_routes

Serve = Callable[..., Awaitable[Service]]

VIEWER, EDITOR = a_token(Role.VIEWER), a_token(Role.EDITOR)
STRANGER = a_token(Role.EDITOR, organization_id=OTHER_ORGANIZATION)
FEW = {"discovery": 3, "refresh": 1, "tests": 0}


class LookQuery(Query):
    """How fresh."""

    refresh: Flag = False


@dataclass(slots=True)
class Looks:
    """Counts who got as far as the view."""

    seen: int = 0
    fault: Exception | None = None
    limits: FakeRateLimits = field(default_factory=FakeRateLimits)

    async def look(self, request: web.Request) -> web.Response:
        """Look at things"""
        query_of(request, LookQuery)
        return self._answer()

    async def make(self, request: web.Request) -> web.Response:  # noqa: ARG002 - whoever asks
        """Make a thing"""
        return self._answer()

    def _answer(self) -> web.Response:
        self.seen += 1
        if self.fault is not None:
            raise self.fault
        return json_response({"seen": self.seen})

    def routes(self, rate_limit: str = "discovery", refresh_limit: str = "refresh") -> list[Route]:
        look = route(
            "GET",
            THINGS,
            self.look,
            access=Access.VIEWER,
            query=LookQuery,
            rate_limit=rate_limit,
            refresh_limit=refresh_limit,
        )
        return [look, route("POST", THINGS, self.make, access=Access.EDITOR, rate_limit=rate_limit)]

    @property
    def limiter(self) -> RateLimiter:
        return a_limiter(self.limits, **FEW)


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
async def service(serve: Serve, looks: Looks) -> Service:
    return await serve(*looks.routes(), limiter=looks.limiter)


def limit_headers(reply: Reply) -> tuple[int, str | None, str | None]:
    return reply.status, reply.headers.get("RateLimit-Policy"), reply.headers.get("RateLimit")


async def test_what_is_left_is_reported_until_nothing_is(service: Service, looks: Looks) -> None:
    policy = '"discovery";q=3;w=60'
    for left in (2, 1, 0):
        assert limit_headers(await service.ask("GET", THINGS, token=VIEWER)) == (
            200,
            policy,
            f'"discovery";r={left};t=60',
        )
    looks.limits.pass_time(17.5)
    refused = await service.ask("GET", THINGS, token=VIEWER)
    assert limit_headers(refused) == (429, policy, '"discovery";r=0;t=43')
    assert refused.headers["Retry-After"] == "43"
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert (refused.document["code"], refused.document["quota"]) == ("rate-limited", "discovery")
    assert refused.document["retryAfterSeconds"] == 43
    assert "requests for models on offer: 3 in 60 seconds" in refused.document["detail"]
    assert "in 43 seconds" in refused.document["detail"]
    assert looks.seen == 3


async def test_all_of_it_is_there_again_after_the_window(service: Service, looks: Looks) -> None:
    statuses = [(await service.ask("GET", THINGS, token=VIEWER)).status for _ in range(4)]
    looks.limits.pass_time(60)
    assert [*statuses, (await service.ask("GET", THINGS, token=VIEWER)).status] == [200, 200, 200, 429, 200]


async def test_another_organization_has_a_quota_of_its_own(service: Service) -> None:
    for _ in range(4):
        await service.ask("GET", THINGS, token=VIEWER)
    assert limit_headers(await service.ask("GET", THINGS, token=STRANGER)) == (
        200,
        '"discovery";q=3;w=60',
        '"discovery";r=2;t=60',
    )


async def test_all_persons_and_routes_of_an_organization_share_the_quota(service: Service) -> None:
    replies = [
        await service.ask("GET", THINGS, token=VIEWER),
        await service.ask("POST", THINGS, token=EDITOR),
        await service.ask("HEAD", THINGS, token=a_token(Role.ADMIN, actor="user-2")),
        await service.ask("POST", THINGS, token=EDITOR),
    ]
    assert [reply.status for reply in replies] == [200, 200, 200, 429]


async def test_a_refresh_counts_twice_and_is_refused_without_counting(service: Service) -> None:
    fresh = f"{THINGS}?refresh=true"
    both = '"refresh";q=1;w=60, "discovery";q=3;w=60'
    assert limit_headers(await service.ask("GET", fresh, token=VIEWER)) == (
        200,
        both,
        '"refresh";r=0;t=60, "discovery";r=2;t=60',
    )
    refused = await service.ask("GET", fresh, token=VIEWER)
    assert limit_headers(refused) == (429, '"refresh";q=1;w=60', '"refresh";r=0;t=60')
    assert (refused.headers["Retry-After"], refused.document["quota"]) == ("60", "refresh")
    for query in ("", "?refresh=false"):
        assert (await service.ask("GET", THINGS + query, token=VIEWER)).status == 200
    assert (await service.ask("GET", THINGS, token=VIEWER)).status == 429


async def test_problems_tell_what_is_left_too(service: Service, looks: Looks) -> None:
    invalid = await service.ask("GET", f"{THINGS}?refresh=maybe", token=VIEWER)
    assert (invalid.status, invalid.headers["RateLimit"]) == (422, '"discovery";r=2;t=60')
    looks.fault = ZeroDivisionError()
    broken = await service.ask("GET", THINGS, token=VIEWER)
    assert (broken.status, broken.headers["RateLimit"]) == (500, '"discovery";r=1;t=60')


async def test_who_may_not_ask_does_not_count(service: Service) -> None:
    for token, status in ((None, 401), ("nonsense", 401), (VIEWER, 403)):
        for _ in range(5):
            refused = await service.ask("POST", THINGS, token=token)
            assert limit_headers(refused) == (status, None, None)
    assert (await service.ask("POST", THINGS, token=EDITOR)).headers["RateLimit"] == '"discovery";r=2;t=60'


async def test_a_repetition_costs_nothing_and_a_refusal_does_not_spend_the_key(service: Service, looks: Looks) -> None:
    first = {"Idempotency-Key": "first"}
    for _ in range(5):
        assert (await service.ask("POST", THINGS, token=EDITOR, headers=first)).status == 200
    for _ in range(2):
        await service.ask("POST", THINGS, token=EDITOR)
    second = {"Idempotency-Key": "second"}
    assert (await service.ask("POST", THINGS, token=EDITOR, headers=second)).status == 429
    looks.limits.pass_time(60)
    assert (await service.ask("POST", THINGS, token=EDITOR, headers=second)).status == 200
    assert looks.seen == 4


async def test_no_requests_mean_no_limit(serve: Serve, looks: Looks) -> None:
    service = await serve(*looks.routes(rate_limit="tests"), limiter=looks.limiter)
    for _ in range(5):
        assert limit_headers(await service.ask("GET", THINGS, token=VIEWER)) == (200, None, None)


async def test_a_page_of_another_origin_may_read_what_is_left(serve: Serve, looks: Looks) -> None:
    origin = "https://app.example.org"
    service = await serve(*looks.routes(), limiter=looks.limiter, options=HttpOptions(cors_origins=(origin,)))
    reply = await service.ask("GET", THINGS, token=VIEWER, headers={"Origin": origin})
    exposed = set(re.split(r",\s*", reply.headers["Access-Control-Expose-Headers"]))
    assert exposed >= {"RateLimit", "RateLimit-Policy", "Retry-After"}


async def test_a_route_cannot_name_a_quota_that_there_is_not(serve: Serve, looks: Looks) -> None:
    for routes in (looks.routes(rate_limit="stares"), looks.routes(refresh_limit="stares")):
        with pytest.raises(LookupError, match="stares"):
            await serve(*routes, limiter=looks.limiter)
    refreshing_alone = route("GET", THINGS, looks.look, access=Access.VIEWER, query=LookQuery, refresh_limit="refresh")
    with pytest.raises(LookupError, match="rate_limit too"):
        await serve(refreshing_alone, limiter=looks.limiter)


def test_limits_are_documented() -> None:
    document = openapi_document(product_routes(), version="1.0.0")
    limited = document["paths"]["/api/ai/providers/test"]["post"]["responses"]
    assert {"RateLimit", "RateLimit-Policy"} <= limited["200"]["headers"].keys()
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= limited["429"]["headers"].keys()
    assert "rate-limited" in limited["429"]["description"]
    # Requests a second and at a time are limited everywhere but on the platform's own routes.
    assert "rate-limited" in document["paths"]["/api/ai/providers"]["get"]["responses"]["429"]["description"]
    assert "429" not in document["paths"]["/api/admin/projections"]["get"]["responses"]


def test_every_route_that_reaches_out_to_providers_is_limited() -> None:
    limited = {(route.method, route.path): (route.rate_limit, route.refresh_limit) for route in product_routes()}
    assert {place: names for place, names in limited.items() if names != (None, None)} == {
        ("POST", "/api/ai/providers/test"): ("tests", None),
        ("POST", "/api/ai/providers/{id}/test"): ("tests", None),
        ("GET", "/api/ai/providers/{id}/models"): ("discovery", "refresh"),
        ("GET", "/api/ai/models/discover"): ("discovery", "refresh"),
        ("POST", "/api/ai/providers/{id}/models/import"): ("discovery", None),
        ("POST", "/api/ai/webhooks/{id}/test"): ("tests", None),
    }
    # Whatever else takes refresh=true asks providers, too.
    asking = [route for route in product_routes() if route.query and "refresh" in route.query.model_fields]
    assert {route.refresh_limit for route in asking} == {"refresh"}


async def test_more_requests_in_a_second_than_may_be_are_refused_before_anything_else(
    serve: Serve, looks: Looks
) -> None:
    service = await serve(*looks.routes(), limiter=a_limiter(looks.limits, requestsPerSecond=2))
    # Also those that are not allowed count: they cost as much.
    assert [(await service.ask("POST", THINGS, token=VIEWER)).status for _ in range(2)] == [403, 403]
    refused = await service.ask("GET", THINGS, token=VIEWER)
    policy = '"requestsPerSecond";q=2;w=1'
    assert limit_headers(refused) == (429, policy, '"requestsPerSecond";r=0;t=1')
    assert refused.headers["Retry-After"] == "1"
    assert (refused.document["code"], refused.document["quota"]) == ("rate-limited", "requestsPerSecond")
    assert looks.seen == 0
    assert (await service.ask("GET", THINGS, token=STRANGER)).status == 200
    looks.limits.pass_time(0.5)
    assert [(await service.ask("GET", THINGS, token=VIEWER)).status for _ in range(2)] == [200, 429]


async def test_a_request_whose_turn_comes_at_once_waits_for_it(serve: Serve, looks: Looks) -> None:
    service = await serve(*looks.routes("tests"), limiter=a_limiter(looks.limits, requestsPerSecond=20, tests=0))
    statuses = [(await service.ask("GET", THINGS, token=VIEWER)).status for _ in range(25)]
    # As many as come in a tenth of a second are let in before their time.
    assert statuses == [200] * 22 + [429] * 3


async def test_no_more_requests_are_under_way_than_may_be(serve: Serve) -> None:
    may_end, begun = asyncio.Event(), asyncio.Semaphore(0)

    async def wait(request: web.Request) -> web.Response:  # noqa: ARG001
        """Wait"""
        begun.release()
        await may_end.wait()
        return json_response({})

    limiter = a_limiter(requestsUnderWay=2)
    waiting = route("GET", THINGS, wait, access=Access.VIEWER)
    service = await serve(waiting, limiter=limiter)
    async with asyncio.timeout(20):
        asked = [asyncio.create_task(service.ask("GET", THINGS, token=VIEWER)) for _ in range(2)]
        await begun.acquire()
        await begun.acquire()
        refused = await service.ask("GET", THINGS, token=VIEWER)
        other = asyncio.create_task(service.ask("GET", THINGS, token=STRANGER))
        await begun.acquire()
        assert limiter.shares.held("requestsUnderWay", ORGANIZATION) == 2
        may_end.set()
        assert [(await each).status for each in (*asked, other)] == [200] * 3
    assert (refused.status, refused.document["quota"], refused.headers["Retry-After"]) == (429, "requestsUnderWay", "1")
    assert "requests under way: 2 at the same time" in refused.document["detail"]
    assert limiter.shares.held("requestsUnderWay", ORGANIZATION) == 0
    assert (await service.ask("GET", THINGS, token=VIEWER)).status == 200


@pytest.mark.parametrize(
    ("path", "kind"), [("/v1/nothing", "rate_limit_exceeded"), ("/v1/messages/nothing", None), ("/api/ai/things", None)]
)
async def test_a_refusal_has_the_shape_of_its_api(serve: Serve, path: str, kind: str | None) -> None:
    async def answer(request: web.Request) -> web.Response:  # noqa: ARG001
        """Answer"""
        return json_response({})

    served = route("GET", path, answer, access=Access.VIEWER, problem_shape=shape_at(path))
    service = await serve(served, limiter=a_limiter(requestsPerSecond=1))
    await service.ask("GET", path, token=VIEWER)
    refused = await service.ask("GET", path, token=VIEWER)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    document = refused.document
    if path.startswith("/api"):
        assert document["code"] == "rate-limited"
    else:
        assert (document["error"]["type"], document["error"].get("code")) == ("rate_limit_error", kind)


async def without_end() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.Event().wait()


async def test_who_is_refused_again_and_again_waits_for_it_and_nobody_else(
    serve: Serve, looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusal_pace, "PER_SECOND", 0.01)
    monkeypatch.setattr(refusal_pace, "LONGEST_SECONDS", 1_000.0)
    stopping, metrics = ShutdownState(), HttpMetrics()
    limiter = a_limiter(looks.limits, **FEW, bodyBytes=64)
    service = await serve(*looks.routes(), limiter=limiter, stopping=stopping, metrics=metrics)
    await service.ask("GET", THINGS, token=STRANGER)
    assert [(await service.ask("GET", THINGS, token=VIEWER)).status for _ in range(4)] == [200, 200, 200, 429]

    async def until_so_many_wait(count: int) -> None:
        async with asyncio.timeout(10):
            while metrics.registry.get_sample_value("modelbook_http_refusals_waiting") != count:  # noqa: ASYNC110 - nobody says so
                await asyncio.sleep(0.005)

    waiting, gone = (asyncio.create_task(service.ask("GET", THINGS, token=VIEWER)) for _ in range(2))
    await until_so_many_wait(2)
    assert [(await service.ask("GET", THINGS, token=STRANGER)).status for _ in range(3)] == [200, 200, 429]
    gone.cancel()
    await until_so_many_wait(1)
    # What still comes in would be kept meanwhile.
    length = {"Content-Length": "1000"}
    refused = await service.ask("POST", THINGS, token=EDITOR, headers=length, data=without_end())
    assert (refused.status, refused.headers["Connection"]) == (429, "close")
    assert not waiting.done()
    stopping.draining.set()
    assert (await waiting).status == 429
