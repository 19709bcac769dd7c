"""Serves static pages, with a content security policy that allows only own files."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import posixpath
import re
from functools import cache
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from entrypoints.http.authorization import Access
from entrypoints.http.routes import Route, route

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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
_PACKED = ".gz"
"""Ends the names of files that lie here compressed."""

_EARLY = re.compile(rb"\{early: ([^}]+)\}")
_IMPORTED = re.compile(rb'^(?:import|export) (?:[^"]+ from )?"(\.[^"]+)";', re.MULTILINE)

_WORTH_PACKING_BYTES = 1000
# The page names the folder of the files that belong to it, so it is asked for again each time.
_ASKED_FOR_AGAIN = "no-cache"
_KEPT_FOR_A_YEAR = "public, max-age=31536000, immutable"
_REFUSED = re.compile(r"\s*q=0(\.0*)?\s*")


def page_routes(folder: Traversable, *, index: str, prefix: str, policy: str = POLICY) -> list[Route]:
    """Return public routes for the files of the folder and those below: `index` for index.html, else the prefix.

    Behind the prefix stands a version, the digest of all these files: a browser keeps them for a year and still never
    mixes two versions. In index.html `{files}` stands for their place, relative to the page, so that all of it works
    below any path at which a reverse proxy serves it. `{early: one.js two.js}` there becomes links to these modules and
    to all that they import: a browser asks for them at once, and not for one after the other. The documentation of the
    API does not list these routes.
    """
    held = {name: file.read_bytes() for name, file in _files(folder, "")}
    version = hashlib.sha256(b"".join(name.encode() + held[name] for name in sorted(held))).hexdigest()[:16]
    place = f"{prefix}/{version}"
    files = posixpath.relpath(place, posixpath.dirname(index))
    page = _EARLY.sub(lambda found: _early(held, found, files), held.pop(_INDEX)).replace(b"{files}", files.encode())
    answers = {index: _answers(_INDEX, page, policy, _ASKED_FOR_AGAIN)} | {
        f"{place}/{name.removesuffix(_PACKED)}": _answers(name, content, policy, _KEPT_FOR_A_YEAR)
        for name, content in held.items()
    }
    return [
        route("GET", path, handler, access=Access.PUBLIC, tag="service", documented=False)
        for path, handler in answers.items()
    ]


def _early(held: Mapping[str, bytes], found: re.Match[bytes], files: str) -> bytes:
    """Return links to the modules that the page names, and to those that they import."""
    names = dict.fromkeys(found[1].decode().split())
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        for imported in _IMPORTED.findall(held[name]):
            other = posixpath.normpath(posixpath.join(posixpath.dirname(name), imported.decode()))
            if other not in names:
                names[other] = None
                waiting.append(other)
    return "".join(f'<link rel="modulepreload" href="{files}/{name}">' for name in names).encode()


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.is_dir():
            yield from _files(file, f"{prefix}{file.name}/")
        elif _kind_of(file.name):
            yield f"{prefix}{file.name}", file


def _kind_of(name: str) -> str | None:
    return next((kind for ending, kind in _KINDS.items() if name.removesuffix(_PACKED).endswith(ending)), None)


def _answers(name: str, content: bytes, policy: str, kept: str) -> Handler:
    is_packed = name.endswith(_PACKED)
    tag = hashlib.sha256(content).hexdigest()[:32]
    headers = {
        hdrs.CONTENT_TYPE: f"{_kind_of(name)}; charset=utf-8",
        "Content-Security-Policy": policy,
        hdrs.CACHE_CONTROL: kept,
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
    }
    plain_headers = {**headers, hdrs.ETAG: f'"{tag}"'}
    packed_headers = {**headers, hdrs.ETAG: f'"{tag}-gzip"', hdrs.CONTENT_ENCODING: "gzip"}

    async def answer(request: web.Request) -> web.Response:
        takes_packed = _takes_gzip(request) and len(content) > _WORTH_PACKING_BYTES
        etag = packed_headers[hdrs.ETAG] if takes_packed else plain_headers[hdrs.ETAG]
        if any(f'"{held.value}"' == etag for held in request.if_none_match or ()):
            return web.Response(status=304, headers={**headers, hdrs.ETAG: etag})
        if takes_packed:
            return web.Response(body=content if is_packed else _packed(content), headers=packed_headers)
        plain = await asyncio.to_thread(gzip.decompress, content) if is_packed else content
        return web.Response(body=plain, headers=plain_headers)

    return answer


@cache
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _takes_gzip(request: web.Request) -> bool:
    """Whether the client says that it can unpack; nothing said means no (RFC 9110, section 12.5.3, would allow it)."""
    for accepted in request.headers.get(hdrs.ACCEPT_ENCODING, "").split(","):
        coding, _, weight = accepted.partition(";")
        if coding.strip().lower() == "gzip":
            return not _REFUSED.fullmatch(weight)
    return False
