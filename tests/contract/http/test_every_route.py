"""Each route of the product, asked by each kind of person: closed unless its record says otherwise."""

import re
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from entrypoints.http.authorization import Access, Role
from tests.http_service import Service, a_token
from tests.product_routes import product_routes

Serve = Callable[..., Awaitable[Service]]

ORGANIZATION = {Access.VIEWER, Access.EDITOR, Access.ADMIN}

PERSONS: dict[str, tuple[str | None, set[Access]]] = {
    "nobody": (None, {Access.PUBLIC}),
    "viewer": (a_token(Role.VIEWER), {Access.PUBLIC, Access.VIEWER}),
    "editor": (a_token(Role.EDITOR), {Access.PUBLIC, Access.VIEWER, Access.EDITOR}),
    "admin": (a_token(Role.ADMIN), {Access.PUBLIC, *ORGANIZATION}),
    "platform": (a_token(None, organization_id=None, is_platform_admin=True), {Access.PUBLIC, Access.PLATFORM}),
}


@pytest.mark.parametrize("person", PERSONS)
async def test_a_route_lets_in_those_it_names_and_nobody_else(serve: Serve, person: str) -> None:
    token, allowed = PERSONS[person]
    routes = product_routes()
    assert {route.access for route in routes} >= {*ORGANIZATION, Access.PLATFORM}
    service = await serve(*routes)
    for route in routes:
        path = re.sub(r"\{\w+\}", str(UUID(int=7)), route.path)
        reply = await service.ask(route.method, path, token=token)
        refused = {401, 403} if route.access not in allowed else set()
        # There is nothing behind the views here, so that whoever gets in may well meet an error.
        assert (reply.status in {401, 403}) is bool(refused), (person, route.method, route.path, reply.status)


def test_the_router_holds_nothing_but_recorded_routes() -> None:
    routes = product_routes()
    assert len({(route.method, route.path) for route in routes}) == len(routes)
    prefixes = ("/api/ai/", "/api/admin/", "/v1/")
    assert all(route.path.startswith(prefixes) or route.access is Access.PUBLIC for route in routes)
    assert all(route.access is Access.PLATFORM for route in routes if route.path.startswith("/api/admin/"))
    assert all(route.access is not Access.PUBLIC for route in routes if route.path.startswith(("/api/ai/", "/v1/")))
    assert all(route.access is not Access.VIEWER for route in routes if route.method in {"PUT", "PATCH", "DELETE"})
