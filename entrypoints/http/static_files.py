"""Serves static pages, with a content security policy that allows only own files."""

import asyncio
import gzip
import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources.abc import Traversable

from aiohttp import hdrs, web

from entrypoints.http.authorization import Access
from entrypoints.http.joined_modules import joined_modules, joined_name
from entrypoints.http.routes import Handler, Route, route

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""No inline script or style, no other origin; `data:` images are those that a person picks to show to a model."""

_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_INDEX = "index.html"
_PACKED = ".gz"
"""Ends the names of files that are stored compressed."""

_SCRIPTS = re.compile(r"\{scripts: ([^}]+)\}")
_STYLES = re.compile(r"\{styles: ([^}]+)\}")

_WORTH_PACKING_BYTES = 1000
# The page names the folder of the files that belong to it, so it is requested again each time.
_ASKED_FOR_AGAIN = "no-cache"
_KEPT_FOR_A_YEAR = "public, max-age=31536000, immutable"
_REFUSED = re.compile(r"\s*q=0(\.0*)?\s*")


def page_routes(folder: Traversable, *, index: str, prefix: str, policy: str = POLICY) -> list[Route]:
    """Return public routes for the files of the folder and those below: `index` for index.html, else the prefix.

    After the prefix comes a version, the digest of all these files: a browser keeps them for a year and still never
    mixes two versions. In index.html `{files}` is replaced by their place, relative to the page, so that all of it
    works below any path at which a reverse proxy serves it. `{scripts: one.js two.js}` there becomes the name of one
    script of these modules and of all that they import, and `{styles: one.css two.css}` that of one style sheet; a page
    that has such scripts gets its modules in no other way. The documentation of the API does not list these routes.
    """
    held = {name: file.read_bytes() for name, file in _files(folder, "")}
    page, parts = _joined(held.pop(_INDEX).decode(), held)
    version = hashlib.sha256(b"".join(name.encode() + parts[name] for name in sorted(parts))).hexdigest()[:16]
    place = f"{prefix}/{version}"
    files = posixpath.relpath(place, posixpath.dirname(index))
    answers = {index: _answers(_INDEX, page.replace("{files}", files).encode(), policy, _ASKED_FOR_AGAIN)} | {
        f"{place}/{name.removesuffix(_PACKED)}": _answers(name, content, policy, _KEPT_FOR_A_YEAR)
        for name, content in parts.items()
    }
    return [
        route("GET", path, handler, access=Access.PUBLIC, tag="service", documented=False)
        for path, handler in answers.items()
    ]


def _joined(page: str, held: Mapping[str, bytes]) -> tuple[str, Mapping[str, bytes]]:
    """Return the page, which names joined files, and the files: those that were joined are not among them."""
    parts = dict(held)
    scripts = [found[1].split() for found in _SCRIPTS.finditer(page)]
    if scripts:
        modules = {name: parts.pop(name) for name in held if name.removesuffix(_PACKED).endswith(".js")}
        sources = {name.removesuffix(_PACKED): _text(name, content) for name, content in modules.items()}
        parts |= {name: script.encode() for name, script in joined_modules(sources, scripts).items()}
    for found in _STYLES.finditer(page):
        names = found[1].split()
        parts[joined_name(names)] = b"\n".join(parts.pop(name) for name in names)
    for directive in (_SCRIPTS, _STYLES):
        page = directive.sub(lambda found: joined_name(found[1].split()), page)
    return page, parts


def _text(name: str, content: bytes) -> str:
    return (gzip.decompress(content) if name.endswith(_PACKED) else content).decode()


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
    """Whether the client accepts compression; no header means no (RFC 9110, section 12.5.3, would allow it)."""
    for accepted in request.headers.get(hdrs.ACCEPT_ENCODING, "").split(","):
        coding, _, weight = accepted.partition(";")
        if coding.strip().lower() == "gzip":
            return not _REFUSED.fullmatch(weight)
    return False
