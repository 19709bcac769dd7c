from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrypoints.http.options import HttpOptions
from tests.contract.http.views import Things, thing_routes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.http_service import Service

    Serve = Callable[..., Awaitable[Service]]


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
        ("/api/docs/docs.css", "text/css; charset=utf-8"),
        ("/api/docs/docs.js", "text/javascript; charset=utf-8"),
        ("/api/docs/mark.svg", "image/svg+xml; charset=utf-8"),
    ],
)
async def test_the_page_may_load_nothing_from_elsewhere(serve: Serve, path: str, kind: str) -> None:
    service = await serve()
    reply = await service.ask("GET", path)
    assert (reply.status, reply.headers["Content-Type"]) == (200, kind)
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "//" not in policy
    allowed = reply.content.replace(b'xmlns="http://www.w3.org/2000/svg"', b"")
    assert b"http://" not in allowed
    assert b"https://" not in allowed


async def test_only_the_files_of_the_page_are_served(serve: Serve) -> None:
    service = await serve()
    for path in ("/api/docs/index.html", "/api/docs/../page.py", "/api/docs/%2e%2e/page.py", "/api/docs/page.py"):
        assert (await service.ask("GET", path)).status in {200, 404}
        assert b"import" not in (await service.ask("GET", "/api/docs/page.py")).content
