"""Example views, for tests of the middlewares around views."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Literal, Unpack

from aiohttp import web
from pydantic import Field

from application.caller import Caller, NoCaller, current_caller
from entrypoints.http.authorization import Access
from entrypoints.http.field_types import Body, Flag, Id, JsonObject, Number, Text
from entrypoints.http.json_responses import json_response
from entrypoints.http.pagination import Page
from entrypoints.http.parse_request import expected_revision, json_body, path_id, query_of
from entrypoints.http.routes import Facts, Handler, Route, route

THINGS = "/api/ai/things"


class Thing(Body):
    """A thing to make."""

    name: Text
    price: Number | None = None
    owner_id: Id | None = None
    config: JsonObject = Field(default_factory=dict)


class ThingPatch(Body):
    """What to change of a thing."""

    name: Annotated[str | None, Field(max_length=10)] = None


class ThingQuery(Page):
    """Which things."""

    sort: Literal["name", "-name"] = "name"
    enabled: Flag | None = None


@dataclass(slots=True)
class Things:
    """Notes on whose behalf it was asked, and says what it was asked."""

    callers: list[Caller | None] = field(default_factory=list)
    gate: asyncio.Event | None = None
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    failure: Exception | None = None
    made: int = 0

    def _note(self) -> None:
        try:
            self.callers.append(current_caller())
        except NoCaller:
            self.callers.append(None)

    async def list_things(self, request: web.Request) -> web.Response:
        """List things"""
        self._note()
        query = query_of(request, ThingQuery)
        return json_response({"limit": query.limit, "enabled": query.enabled})

    async def make_thing(self, request: web.Request) -> web.Response:
        """Make a thing"""
        self._note()
        thing = await json_body(request, Thing)
        self.entered.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.made += 1
        answer = {"number": self.made, "name": thing.name, "price": thing.price, "config": thing.config}
        return json_response(answer, status=201, revision=1, position=41, location=f"{THINGS}/{self.made}")

    async def patch_thing(self, request: web.Request) -> web.Response:
        """Change a thing"""
        self._note()
        patch = await json_body(request, ThingPatch)
        answer = {
            "id": path_id(request, "thing_id"),
            "revision": expected_revision(request),
            "fields": sorted(patch.model_fields_set),
        }
        return json_response(answer)

    async def remove_thing(self, request: web.Request) -> web.Response:
        """Remove a thing"""
        self._note()
        return json_response({"id": path_id(request, "thing_id")})

    async def look_after(self, request: web.Request) -> web.Response:  # noqa: ARG002 - whoever asks
        """Look after all things"""
        self._note()
        return json_response({})


def a_route(
    handler: Handler, *, method: str = "GET", path: str = THINGS, access: Access = Access.PUBLIC, **facts: Unpack[Facts]
) -> Route:
    """A route of the test's own, open to everybody."""
    return route(method, path, handler, access=access, **facts)


def thing_routes(things: Things) -> list[Route]:
    """One route of each access."""
    return [
        route("GET", THINGS, things.list_things, access=Access.VIEWER, query=ThingQuery),
        route("POST", THINGS, things.make_thing, access=Access.EDITOR, body=Thing),
        route("PATCH", THINGS + "/{thing_id}", things.patch_thing, access=Access.EDITOR, body=ThingPatch),
        route("DELETE", THINGS + "/{thing_id}", things.remove_thing, access=Access.ADMIN),
        route("POST", "/api/admin/things", things.look_after, access=Access.PLATFORM),
    ]
