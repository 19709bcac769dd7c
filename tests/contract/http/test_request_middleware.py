import re
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientError, web

from application.errors import ModelNotFound, Unavailable
from entrypoints.http.json_responses import json_response
from tests.contract.http.example_views import THINGS, Things, a_route, thing_routes
from tests.http_service import ORGANIZATION, Service, a_token

Serve = Callable[..., Awaitable[Service]]

SECRET_TEXT = "password=hunter2"


async def crash(_: web.Request) -> web.Response:
    raise ZeroDivisionError(SECRET_TEXT)


async def stream_and_crash(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"half of ")
    raise ZeroDivisionError(SECRET_TEXT)


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    await response.write(b"data: x\n\n")
    return response


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/healthz"),
        ("HEAD", "/healthz"),
        ("GET", "/nowhere"),
        ("PUT", "/healthz"),
        ("OPTIONS", "/healthz"),
        ("GET", THINGS),
        ("GET", "/crash"),
        ("GET", "/stream"),
    ],
)
async def test_every_answer_has_an_id_and_the_security_headers(serve: Serve, method: str, path: str) -> None:
    service = await serve(*thing_routes(Things()), a_route(crash, path="/crash"), a_route(stream, path="/stream"))
    reply = await service.ask(method, path, headers={"X-Request-Id": "mine-1._"})
    assert reply.headers["X-Request-Id"] == "mine-1._"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Cache-Control"] == ("no-cache" if path == "/stream" else "no-store")
    assert "aiohttp" not in reply.headers["Server"]


@pytest.mark.parametrize("sent", ["", "a b", "x" * 101, "a/b", "\u00e9", '"><script>'])
async def test_an_id_that_could_do_harm_is_replaced(serve: Serve, sent: str) -> None:
    service = await serve()
    reply = await service.ask("GET", "/healthz", headers={"X-Request-Id": sent})
    assert re.fullmatch(r"[0-9a-f]{32}", reply.headers["X-Request-Id"])


async def test_what_nobody_foresaw_is_logged_once_and_not_reported(serve: Serve) -> None:
    service = await serve(a_route(crash, path="/crash"))
    reply = await service.ask("GET", f"/crash?{SECRET_TEXT}")
    assert (reply.status, reply.document["code"]) == (500, "internal-error")
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.document["instance"] == "/crash"
    assert "hunter2" not in reply.content.decode()
    (line,) = service.log.lines("unforeseen error")
    assert line["request_id"] == reply.document["requestId"] == reply.headers["X-Request-Id"]
    assert line["exc_info"]


async def test_an_answer_that_breaks_off_cannot_be_taken_for_a_whole_one(serve: Serve) -> None:
    service = await serve(a_route(stream_and_crash, path="/crash"))
    async with service.session.get(f"{service.url}/crash") as response:
        with pytest.raises((ClientError, ConnectionError)):
            await response.read()
    assert len(service.log.lines("unforeseen error")) == 1
    assert (await service.ask("GET", "/healthz")).status == 200


@pytest.mark.parametrize(("failure", "status"), [(ModelNotFound(), 404), (Unavailable(), 503)])
async def test_a_refusal_is_a_problem(serve: Serve, failure: Exception, status: int) -> None:
    things = Things(failure=failure)
    service = await serve(*thing_routes(things))
    reply = await service.ask("POST", THINGS, token=a_token(), json={"name": "a"})
    assert (reply.status, reply.document["status"]) == (status, status)
    assert reply.document["detail"].startswith(str(failure))
    assert ("Retry-After" in reply.headers) is (status == 503)
    assert service.log.lines("unforeseen error") == []


async def test_each_request_is_one_line_without_secrets(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    token = a_token(actor="user-7")
    await service.ask("GET", THINGS + "?cursor=hunter2", token=token, headers={"X-Request-Id": "r1"})
    (line,) = service.log.lines("request")
    assert {name: line[name] for name in ("request_id", "organization", "actor", "method", "route", "status")} == {
        "request_id": "r1",
        "organization": str(ORGANIZATION),
        "actor": "user-7",
        "method": "GET",
        "route": THINGS,
        "status": 200,
    }
    assert 0 <= line["duration_ms"] < 10_000
    assert "hunter2" not in str(line)
    assert token not in str(line)


async def test_paths_are_logged_and_counted_as_patterns(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    token = a_token()
    for number in range(3):
        await service.ask("DELETE", f"{THINGS}/{ORGANIZATION}", token=token)
        await service.ask("GET", f"/unknown/{number}")
    routes = {line["route"] for line in service.log.lines("request")}
    assert routes == {THINGS + "/{thing_id}", "unknown"}
    figures = (await service.ask("GET", "/metrics")).content.decode()
    assert f'modelbook_http_requests_total{{method="DELETE",route="{THINGS}/{{thing_id}}",status="2xx"}} 3.0' in figures
    assert 'modelbook_http_requests_total{method="GET",route="unknown",status="4xx"} 3.0' in figures
    assert "modelbook_http_request_seconds_bucket" in figures
    assert str(ORGANIZATION) not in figures


async def test_invented_methods_do_not_fill_the_figures(serve: Serve) -> None:
    service = await serve()
    for method in ("PROPFIND", "MKCOL", "REPORT"):
        assert (await service.ask(method, "/healthz")).status == 405
    figures = (await service.ask("GET", "/metrics")).content.decode()
    assert 'method="other",route="unknown",status="4xx"} 3.0' in figures


async def test_machines_that_watch_do_not_fill_the_log(serve: Serve) -> None:
    service = await serve()
    await service.ask("GET", "/healthz")
    assert [line["log_level"] for line in service.log.lines("request")] == ["debug"]


async def test_an_unknown_path_and_a_wrong_method_are_problems(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    unknown = await service.ask("GET", "/api/ai/nothing")
    assert (unknown.status, unknown.document["code"]) == (404, "not-found")
    wrong = await service.ask("PUT", THINGS)
    assert (wrong.status, wrong.document["code"]) == (405, "method-not-allowed")
    assert set(wrong.headers["Allow"].split(",")) == {"GET", "HEAD", "POST"}


async def test_head_is_get_without_the_body(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    got = await service.ask("GET", THINGS, token=a_token())
    head = await service.ask("HEAD", THINGS, token=a_token())
    assert (head.status, head.content) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert (await service.ask("HEAD", THINGS)).status == 401


async def test_options_shows_the_methods_to_everybody(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    reply = await service.ask("OPTIONS", THINGS)
    assert (reply.status, reply.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert (await service.ask("OPTIONS", "/api/ai/nothing")).status == 404


async def test_an_expectation_that_cannot_be_met_is_no_reason_to_refuse(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    for expectation in ("100-continue", "the-impossible"):
        reply = await service.ask("POST", THINGS, token=a_token(), json={"name": "a"}, headers={"Expect": expectation})
        assert reply.status == 201


async def late(_: web.Request) -> web.Response:
    return json_response({}, revision=3, position=9)


async def test_a_write_says_what_it_led_to(serve: Serve) -> None:
    service = await serve(a_route(late))
    reply = await service.ask("GET", THINGS)
    assert (reply.headers["ETag"], reply.headers["Log-Position"]) == ('"3"', "9")
