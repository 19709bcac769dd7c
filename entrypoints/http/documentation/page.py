"""The documentation page: our own, because it needs no other origin, no inline script and no build.

Everything it shows comes from the OpenAPI document; it can also send requests, with a token that stays in the page.
"""

from __future__ import annotations

from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from aiohttp import web

from entrypoints.http.authorization import Access
from entrypoints.http.documentation.openapi import openapi_document
from entrypoints.http.responses import json_bytes
from entrypoints.http.routes import Route, route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrypoints.http.routes import Handler

DOCUMENT_PATH = "/api/docs/openapi.json"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_INDEX = "index.html"


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
        return web.Response(body=self._document, headers={"Content-Type": "application/json", **_FRESH})

    def routes(self) -> list[Route]:
        """Return the routes of the documentation itself, which it does not list."""
        folder = files("entrypoints.http.documentation").joinpath("page")
        pages = [
            _shown(
                "/api/docs" if file.name == _INDEX else f"/api/docs/{file.name}", _file(file.name, file.read_bytes())
            )
            for file in sorted(folder.iterdir(), key=lambda file: file.name)
            if _kind_of(file.name)
        ]
        return [_shown(DOCUMENT_PATH, self.openapi), *pages]


_FRESH = {"Cache-Control": "no-cache"}


def _shown(path: str, handler: Handler) -> Route:
    return route("GET", path, handler, access=Access.PUBLIC, tag="service", documented=False)


def _kind_of(name: str) -> str | None:
    return next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), None)


def _file(name: str, content: bytes) -> Handler:
    headers = {"Content-Type": f"{_kind_of(name)}; charset=utf-8", "Content-Security-Policy": POLICY, **_FRESH}

    async def file(_: web.Request) -> web.Response:
        return web.Response(body=content, headers=headers)

    return file
