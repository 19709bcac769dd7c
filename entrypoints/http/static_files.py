"""Pages of our own: files that lie beside the code, and a policy under which they load nothing from elsewhere."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from entrypoints.http.authorization import Access
from entrypoints.http.routes import Route, route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from entrypoints.http.routes import Handler

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""No inline script or style, no other origin; `data:` images are those that a person picks to show to a model."""

_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_INDEX = "index.html"


def page_routes(folder: Traversable, *, index: str, prefix: str) -> list[Route]:
    """Return a public route for each file of the folder and those below: `index` for index.html, else the prefix."""
    return [shown(index if name == _INDEX else f"{prefix}/{name}", _file(file)) for name, file in _files(folder, "")]


def shown(path: str, handler: Handler) -> Route:
    """Return a public route that the documentation of the API does not list."""
    return route("GET", path, handler, access=Access.PUBLIC, tag="service", documented=False)


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.is_dir():
            yield from _files(file, f"{prefix}{file.name}/")
        elif _kind_of(file.name):
            yield f"{prefix}{file.name}", file


def _kind_of(name: str) -> str | None:
    return next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), None)


def _file(file: Traversable) -> Handler:
    content = file.read_bytes()
    tag = hashlib.sha256(content).hexdigest()[:32]
    headers = {
        hdrs.CONTENT_TYPE: f"{_kind_of(file.name)}; charset=utf-8",
        hdrs.ETAG: f'"{tag}"',
        "Content-Security-Policy": POLICY,
        # Kept, but asked for again each time: pages and service always are of one version.
        hdrs.CACHE_CONTROL: "no-cache",
    }

    async def answer(request: web.Request) -> web.Response:
        if any(held.value == tag for held in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=content, headers=headers)

    return answer
