from collections.abc import Awaitable, Callable

import pytest

from entrypoints.http.metrics import HttpMetrics
from tests.http_service import Service

Serve = Callable[..., Awaitable[Service]]

TOKEN = "a-token-for-the-figures"


async def test_a_program_on_this_host_reads_the_figures(serve: Serve) -> None:
    service = await serve()
    assert (await service.ask("GET", "/metrics")).status == 200


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
async def test_from_elsewhere_they_take_the_token(serve: Serve, header: str) -> None:
    service = await serve(metrics=HttpMetrics(token=TOKEN))
    from_elsewhere = {header: "203.0.113.7"}
    for token, status in ((None, 401), ("another-token-of-theirs", 401), (TOKEN, 200)):
        reply = await service.ask("GET", "/metrics", token=token, headers=from_elsewhere)
        assert reply.status == status
        assert (reply.headers.get("WWW-Authenticate") == "Bearer") == (status == 401)
    assert (await service.ask("GET", "/metrics")).status == 200


async def test_without_a_token_nobody_elsewhere_reads_them(serve: Serve) -> None:
    service = await serve()
    for token in (None, "", "None"):
        reply = await service.ask("GET", "/metrics", token=token, headers={"X-Forwarded-For": "203.0.113.7"})
        assert reply.status == 401


async def test_figures_are_requested_by_name(serve: Serve) -> None:
    service = await serve()
    await service.ask("GET", "/metrics")
    every = (await service.ask("GET", "/metrics")).content
    some = (await service.ask("GET", "/metrics?name[]=modelbook_http_requests&name[]=nothing")).content
    assert b"modelbook_http_request_seconds" in every
    assert {line.split(b"{")[0] for line in some.splitlines() if not line.startswith(b"#")} == {
        b"modelbook_http_requests_total"
    }
