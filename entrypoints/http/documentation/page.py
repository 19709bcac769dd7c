"""The documentation page: our own, because it needs no other origin, no inline script and no build.

Everything it shows comes from the OpenAPI document; it can also send requests, with a token that stays in the page.
"""

from __future__ import annotations

from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from aiohttp import web

from entrypoints.http.documentation.openapi import openapi_document
from entrypoints.http.responses import json_bytes
from entrypoints.http.static_files import page_routes, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrypoints.http.routes import Route

DOCUMENT_PATH = "/api/docs/openapi.json"


class Documentation:
    """Serves the OpenAPI document of these routes, and the page that shows it."""

    def __init__(self, routes: Sequence[Route], *, version: str) -> None:
        self._routes = routes
        self._version = version

    @cached_property
    def _document(self) -> bytes:
        return json_bytes(openapi_document(self._routes, version=self._version))

    async def openapi(self, request: web.Request) -> web.Response:  # noqa: ARG002 - the same for everybody
        """Return the OpenAPI document, made when it is first asked for."""
        headers = {"Content-Type": "application/json", "Cache-Control": "no-cache"}
        return web.Response(body=self._document, headers=headers)

    def routes(self) -> list[Route]:
        """Return the routes of the documentation itself, which it does not list."""
        folder = files("entrypoints.http.documentation").joinpath("page")
        return [shown(DOCUMENT_PATH, self.openapi), *page_routes(folder, index="/api/docs", prefix="/api/docs")]
