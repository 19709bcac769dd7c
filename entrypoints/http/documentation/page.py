"""The documentation page: Scalar's API reference, of which a copy is beside the page.

Everything it shows comes from the OpenAPI document; it can also send requests, with a token that stays in the page.
"""

from collections.abc import Sequence
from functools import cache, cached_property
from importlib.resources import files

from aiohttp import web

from entrypoints.http.authorization import Access
from entrypoints.http.json_responses import json_bytes
from entrypoints.http.routes import Route, endpoint, routes_of
from entrypoints.http.static_files import page_routes

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""No inline script, no text run as a script, no other origin; Scalar brings its styles in its script."""


class Documentation:
    """Serves the OpenAPI document of these routes, and the page that shows it."""

    def __init__(self, routes: Sequence[Route], *, version: str) -> None:
        self._routes = routes
        self._version = version

    @cached_property
    def _document(self) -> bytes:
        # Its libraries take long to load, and few who start a service read what it says about itself.
        from entrypoints.http.documentation.openapi import openapi_document  # noqa: PLC0415

        return json_bytes(openapi_document(self._routes, version=self._version))

    @endpoint("GET", "/api/docs/openapi.json", access=Access.PUBLIC, tag="service", documented=False)
    async def openapi(self, request: web.Request) -> web.Response:  # noqa: ARG002 - the same for everybody
        """Return the OpenAPI document, made when it is first requested."""
        headers = {"Content-Type": "application/json", "Cache-Control": "no-cache"}
        return web.Response(body=self._document, headers=headers)

    def routes(self) -> list[Route]:
        """Return the routes of the documentation itself, which it does not list."""
        return [*routes_of(self), *_page_routes()]


@cache
def _page_routes() -> Sequence[Route]:
    folder = files("entrypoints.http.documentation").joinpath("page")
    return page_routes(folder, index="/api/docs", prefix="/api/docs", policy=POLICY)
