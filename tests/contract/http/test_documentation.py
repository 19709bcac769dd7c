import re
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin

import pytest

from entrypoints.http.http_options import HttpOptions
from tests.contract.http.example_views import Things, thing_routes
from tests.http_service import Service

Serve = Callable[..., Awaitable[Service]]


async def part_of(service: Service, page: str, name: str) -> str:
    """Return the path of a file as its page names it."""
    named: list[str] = re.findall(r'(?:src|href)="([^"]+)"', (await service.ask("GET", page)).content.decode())
    (found,) = {address for address in named if address.endswith(f"/{name}")}
    return urljoin(page, found)


async def test_the_document_is_served_to_everybody(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()), options=HttpOptions(version="7.8.9"))
    reply = await service.ask("GET", "/api/docs/openapi.json")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    assert (reply.document["openapi"], reply.document["info"]["version"]) == ("3.1.0", "7.8.9")
    assert {"/api/ai/things", "/healthz", "/readyz", "/metrics"} <= reply.document["paths"].keys()
    assert not any(path.startswith("/api/docs") for path in reply.document["paths"])


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/docs", "text/html; charset=utf-8"),
        ("docs.css", "text/css; charset=utf-8"),
        ("docs.js", "text/javascript; charset=utf-8"),
        ("mark.svg", "image/svg+xml; charset=utf-8"),
    ],
)
async def test_the_page_may_load_nothing_from_elsewhere(serve: Serve, path: str, kind: str) -> None:
    service = await serve()
    reply = await service.ask("GET", path if path.startswith("/") else await part_of(service, "/api/docs", path))
    assert (reply.status, reply.headers["Content-Type"]) == (200, kind)
    policy = reply.headers["Content-Security-Policy"]
    assert {"default-src 'none'", "script-src 'self'", "connect-src 'self'"} <= set(policy.split("; "))
    assert "unsafe-eval" not in policy
    assert "//" not in policy
    allowed = reply.content.replace(b'xmlns="http://www.w3.org/2000/svg"', b"")
    assert b"http://" not in allowed
    assert b"https://" not in allowed


@pytest.mark.parametrize("name", [None, "main.js"])
async def test_files_are_compressed_for_those_who_can_unpack_them(serve: Serve, name: str | None) -> None:
    service = await serve()
    path = "/" if name is None else await part_of(service, "/", name)
    packed = await service.ask("GET", path, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
    for refused in ("", "br", "gzip;q=0, br"):
        plain = await service.ask("GET", path, headers={"Accept-Encoding": refused})
        assert "Content-Encoding" not in plain.headers
        assert plain.headers["ETag"] != packed.headers["ETag"]
        assert plain.content == packed.content
    again = await service.ask("GET", path, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert (again.status, again.content, again.headers["ETag"]) == (304, b"", packed.headers["ETag"])


async def test_only_what_has_its_version_in_its_address_is_kept(serve: Serve) -> None:
    service = await serve()
    page = (await service.ask("GET", "/api/docs")).content.decode()
    (script,) = re.findall(r'"([^"]+/scalar/[\w-]+-\d+\.\d+\.\d+\.js)"', page)
    path = urljoin("/api/docs", script)
    packed = await service.ask("GET", path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (packed.headers["Content-Encoding"], packed.headers["Content-Type"]) == (
        "gzip",
        "text/javascript; charset=utf-8",
    )
    assert (await service.ask("GET", path, headers={"Accept-Encoding": ""})).content == packed.content
    assert (await service.ask("GET", "/api/docs")).headers["Cache-Control"] == "no-cache"
    assert (await service.ask("GET", f"{path}.gz")).status == 404


async def test_only_the_files_of_the_page_are_served(serve: Serve) -> None:
    service = await serve()
    for path in ("/api/docs/index.html", "/api/docs/../page.py", "/api/docs/%2e%2e/page.py", "/api/docs/page.py"):
        assert (await service.ask("GET", path)).status in {200, 404}
        assert b"import" not in (await service.ask("GET", "/api/docs/page.py")).content
