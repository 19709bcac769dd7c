from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from entrypoints.http.authorization import Access, Role
from entrypoints.http.json_responses import json_response
from entrypoints.http.request_context import caller_for
from tests.contract.http.example_views import THINGS, Things, a_route, thing_routes
from tests.http_service import ORGANIZATION, OTHER_ORGANIZATION, Service, a_token

Serve = Callable[..., Awaitable[Service]]

NOBODY = None
VIEWER = a_token(Role.VIEWER)
EDITOR = a_token(Role.EDITOR)
ADMIN = a_token(Role.ADMIN)
PLATFORM = a_token(None, organization_id=None, is_platform_admin=True)
PLATFORM_AND_VIEWER = a_token(Role.VIEWER, is_platform_admin=True)
PLATFORM_WITHOUT_ROLE = a_token(None, is_platform_admin=True)

THING = f"{THINGS}/{OTHER_ORGANIZATION}"


@pytest.mark.parametrize(
    ("token", "statuses"),
    [
        (NOBODY, (401, 401, 401, 401, 401)),
        ("nonsense", (401, 401, 401, 401, 401)),
        (VIEWER, (200, 403, 403, 403, 403)),
        (EDITOR, (200, 201, 200, 403, 403)),
        (ADMIN, (200, 201, 200, 200, 403)),
        (PLATFORM, (403, 403, 403, 403, 200)),
        (PLATFORM_WITHOUT_ROLE, (403, 403, 403, 403, 200)),
        (PLATFORM_AND_VIEWER, (200, 403, 403, 403, 200)),
    ],
)
async def test_who_may_do_what(serve: Serve, token: str | None, statuses: tuple[int, ...]) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    replies = [
        await service.ask("GET", THINGS, token=token),
        await service.ask("POST", THINGS, token=token, json={"name": "a"}),
        await service.ask("PATCH", THING, token=token, json={"name": "a"}),
        await service.ask("DELETE", THING, token=token),
        await service.ask("POST", "/api/admin/things", token=token),
    ]
    assert tuple(reply.status for reply in replies) == statuses
    for reply in replies:
        assert (
            reply.status < 400 or reply.document["code"] == {401: "not-authenticated", 403: "not-allowed"}[reply.status]
        )
    assert len(things.callers) == sum(status < 400 for status in statuses)


async def test_the_refused_learn_what_they_lack(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    refused = await service.ask("DELETE", THING, token=VIEWER)
    assert "admins of the organization" in refused.document["detail"]
    assert "your role is viewer" in refused.document["detail"]
    nobody = await service.ask("GET", THINGS)
    assert nobody.headers["WWW-Authenticate"] == "Bearer"
    forged = await service.ask("GET", THINGS, token=VIEWER[:-4] + "AAAA")
    assert forged.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    assert "signature" in forged.document["detail"]


async def test_a_token_counts_in_the_header_only(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    assert (await service.ask("GET", f"{THINGS}?access_token={ADMIN}")).status == 401
    assert (await service.ask("GET", THINGS, headers={"Cookie": f"access_token={ADMIN}"})).status == 401


async def test_two_tokens_are_none(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    headers = [("Authorization", f"Bearer {VIEWER}"), ("Authorization", f"Bearer {ADMIN}")]
    async with service.session.get(service.url + THINGS, headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (401, "not-authenticated")


async def test_the_handler_works_on_the_callers_behalf(serve: Serve) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    headers = {"X-Request-Id": "r-1", "X-Change-Reason": "Costs too much, ticket 7"}
    await service.ask("DELETE", THING, token=a_token(actor="user-9"), headers=headers)
    (caller,) = things.callers
    assert caller is not None
    assert (caller.organization_id, caller.actor) == (ORGANIZATION, "user-9")
    assert (caller.correlation_id, caller.reason) == ("r-1", "Costs too much, ticket 7")


async def test_each_request_is_a_command_of_its_own(serve: Serve) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    for _ in range(2):
        await service.ask("DELETE", THING, token=ADMIN)
    first, second = things.callers
    assert first is not None
    assert second is not None
    assert first.command_id != second.command_id


async def test_on_platform_routes_nobody_is_the_caller_until_the_view_says_so(serve: Serve) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    await service.ask("POST", "/api/admin/things", token=PLATFORM_AND_VIEWER)
    assert things.callers == [None]

    async def rename(request: web.Request) -> web.Response:
        caller = caller_for(request, OTHER_ORGANIZATION)
        return json_response(
            {"organization": caller.organization_id, "actor": caller.actor, "request": caller.correlation_id}
        )

    service = await serve(a_route(rename, method="POST", access=Access.PLATFORM))
    reply = await service.ask("POST", THINGS, token=PLATFORM, headers={"X-Request-Id": "r-2"})
    assert reply.document == {"organization": str(OTHER_ORGANIZATION), "actor": "user-1", "request": "r-2"}


@pytest.mark.parametrize("reason", ["", "x" * 501, "a\tb", "caf\u00e9\u200b", "Ask anna@example.org"])
async def test_a_reason_is_short_printable_and_names_nobody(serve: Serve, reason: str) -> None:
    service = await serve(*thing_routes(Things()))
    reply = await service.ask("DELETE", THING, token=ADMIN, headers={"X-Change-Reason": reason})
    assert (reply.status, reply.document["errors"][0]["pointer"]) == (422, "X-Change-Reason:")


async def test_the_organization_may_be_named_if_it_is_ones_own(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    for stated in (str(ORGANIZATION), str(ORGANIZATION).upper()):
        assert (await service.ask("GET", f"{THINGS}?organizationId={stated}&limit=5", token=VIEWER)).status == 200
        assert (await service.ask("DELETE", f"{THING}?organizationId={stated}", token=ADMIN)).status == 200
    other = await service.ask("GET", f"{THINGS}?organizationId={OTHER_ORGANIZATION}", token=VIEWER)
    assert (other.status, other.document["code"]) == (403, "not-allowed")
    both = await service.ask(
        "GET", f"{THINGS}?organizationId={ORGANIZATION}&organizationId={OTHER_ORGANIZATION}", token=VIEWER
    )
    assert both.status == 403
    malformed = await service.ask("GET", f"{THINGS}?organizationId=mine", token=VIEWER)
    assert (malformed.status, malformed.document["errors"][0]["pointer"]) == (422, "?organizationId")


async def test_a_route_without_a_record_is_closed(serve: Serve) -> None:
    things = Things()
    routes = thing_routes(things)
    service = await serve(*routes)
    assert len(things.callers) == 0
    app = service.runner.app
    resource = next(resource for resource in app.router.resources() if resource.canonical == THINGS)
    # What somebody would do who adds a route past the one function for it: the router is frozen, so by its inside.
    resource.add_route("PUT", things.look_after)  # type: ignore[attr-defined]
    reply = await service.ask("PUT", THINGS, token=ADMIN)
    assert (reply.status, reply.document["code"]) == (403, "not-allowed")
    assert things.callers == []
    assert len(service.log.lines("request for a route without a record")) == 1
