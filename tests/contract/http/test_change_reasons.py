"""Why a change is made, in any language: in the body, or in a header in each form that clients send."""

import json
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pytest
from aiohttp import web

from entrypoints.http.authorization import Access
from entrypoints.http.change_reasons import HEADER
from entrypoints.http.compatible_apis.openai_errors import OPENAI_SHAPE
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import json_body
from entrypoints.http.request_context import caller_for
from entrypoints.http.routes import route
from tests.contract.http.example_views import THINGS, Thing, Things, a_route, thing_routes
from tests.contract.http.raw_connections import connected
from tests.http_service import ORGANIZATION, Service, a_token
from tests.product_routes import product_routes

Serve = Callable[..., Awaitable[Service]]

ADMIN = a_token()
THING = f"{THINGS}/{ORGANIZATION}"
REASONS = [
    "Costs less",
    "Prüfung",
    "cost \u2013 too high",
    "价格变更　见工单",
    "Смена поставщика",
    "« trop cher »",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u0623\u0631\u062e\u0635",
    "👩‍💻 said so",
]
UNKEPT = ["", "x" * 501, "a\u202eb", "two\nlines", "as anna@example.org wants", "sk-proj-abcdefghijklmnop"]


async def given(serve: Serve, header: bytes) -> tuple[int, object]:
    """The status for these very bytes in the header, and the reason that the handler worked with, or the pointers."""
    things = Things()
    service = await serve(*thing_routes(things))
    async with connected(service) as line:
        head = f"DELETE {THING} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ADMIN}\r\n{HEADER}: "
        await line.send(head.encode() + header + b"\r\n\r\n")
        status, _, document = await line.answer()
    if status != 200:
        return status, [error["pointer"] for error in document["errors"]]
    (caller,) = things.callers
    assert caller is not None
    return status, caller.reason


@pytest.mark.parametrize("reason", REASONS)
async def test_a_header_in_utf8_is_read(serve: Serve, reason: str) -> None:
    assert await given(serve, reason.encode()) == (200, reason)


async def test_a_header_as_browsers_send_it_is_read(serve: Serve) -> None:
    assert await given(serve, "Prüfung: café".encode("latin-1")) == (200, "Prüfung: café")


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("prefix", ["UTF-8''", "utf-8'de'"])
@pytest.mark.parametrize("safe", ["", "!'()*"], ids=["all", "as JavaScript does"])
async def test_a_header_after_rfc_8187_is_read(serve: Serve, reason: str, prefix: str, safe: str) -> None:
    assert await given(serve, (prefix + quote(reason, safe=safe)).encode()) == (200, reason)


async def test_an_older_charset_is_read_too(serve: Serve) -> None:
    assert await given(serve, b"ISO-8859-1''Pr%FCfung") == (200, "Prüfung")


@pytest.mark.parametrize(
    "sent",
    [
        b"UTF-8''%",
        b"UTF-8''%E2%80",
        b"UTF-8''a b",
        "UTF-8''ü".encode(),
        b"UTF-8''",
        b"UTF-8''%00",
        b"UTF-8''two%0Alines",
        b"UTF-8''anna%40example.org",
        b"UTF-8''sk-proj-abcdefghijklmnop",
        b"a\x96b",
        b"a\x85b",
        b"one\r\nX-Change-Reason: another",
    ],
)
async def test_a_header_that_cannot_be_kept_is_pointed_at(serve: Serve, sent: bytes) -> None:
    assert await given(serve, sent) == (422, [f"{HEADER}:"])


async def test_the_same_header_twice_says_it_once(serve: Serve) -> None:
    assert await given(serve, "Prüfung\r\nX-Change-Reason: UTF-8''Pr%C3%BCfung".encode()) == (200, "Prüfung")


async def made(serve: Serve, body: object, header: str | None = None) -> tuple[int, object]:
    """As `given`, for a body of a route that has one."""
    seen: list[str | None] = []

    async def make(request: web.Request) -> web.Response:
        """Make it"""
        thing = await json_body(request, Thing)
        seen.append(caller_for(request, ORGANIZATION).reason)
        return json_response({"name": thing.name})

    service = await serve(route("POST", THINGS, make, access=Access.EDITOR, body=Thing))
    headers = {} if header is None else {HEADER: header}
    reply = await service.ask("POST", THINGS, token=ADMIN, json=body, headers=headers)
    if reply.status != 200:
        return reply.status, [error["pointer"] for error in reply.document["errors"]]
    return reply.status, seen[0]


@pytest.mark.parametrize("reason", REASONS)
async def test_a_reason_in_the_body_is_taken(serve: Serve, reason: str) -> None:
    assert await made(serve, {"name": "a", "reason": reason}) == (200, reason)
    assert await made(serve, {"name": "a", "reason": f" {reason} "}, f"UTF-8''{quote(reason)}") == (200, reason)


async def test_null_is_no_reason(serve: Serve) -> None:
    assert await made(serve, {"name": "a", "reason": None}) == (200, None)
    assert await made(serve, {"name": "a", "reason": None}, "Costs less") == (200, "Costs less")


async def test_two_reasons_are_refused(serve: Serve) -> None:
    body = {"name": "a", "reason": "Prüfung"}
    assert await made(serve, body, "Revision") == (422, ["/reason", f"{HEADER}:"])


@pytest.mark.parametrize("reason", [*UNKEPT, 5, ["a"], {}, True])
async def test_a_reason_that_cannot_be_kept_is_pointed_at(serve: Serve, reason: object) -> None:
    assert await made(serve, {"name": "a", "reason": reason}) == (422, ["/reason"])


async def test_the_handler_works_on_behalf_of_who_gave_the_reason(serve: Serve) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    for method, path in (("DELETE", THING), ("POST", "/api/admin/things")):
        token = a_token(is_platform_admin=True)
        key = {"Idempotency-Key": "k1"} if method == "POST" else {}
        assert (await service.ask(method, path, token=token, json={"reason": "价格变更"}, headers=key)).status == 200
        assert (await service.ask(method, path, token=token)).status == 200
        refused = await service.ask(method, path, token=token, json={"reason": "x", "why": "y"})
        assert (refused.status, [error["pointer"] for error in refused.document["errors"]]) == (422, ["/why"])
    reasons = [caller and caller.reason for caller in things.callers]
    assert reasons == ["价格变更", None, None, None]


async def test_other_apis_have_no_such_field(serve: Serve) -> None:
    things = Things()
    service = await serve(
        a_route(things.make_thing, method="POST", access=Access.EDITOR, body=Thing, problem_shape=OPENAI_SHAPE)
    )
    reply = await service.ask("POST", THINGS, token=ADMIN, json={"name": "a", "reason": "x"})
    assert (reply.status, reply.document["error"]["param"]) == (400, "reason")


async def test_every_change_documents_both_ways(serve: Serve) -> None:
    routes = product_routes()
    document = (await (await serve(*routes)).ask("GET", "/api/docs/openapi.json")).document
    changing = [record for record in routes if record.takes_reason]
    assert {record.method for record in changing} == {"POST", "PUT", "PATCH", "DELETE"}
    for record in changing:
        operation = document["paths"][record.path][record.method.lower()]
        assert HEADER in {parameter["name"] for parameter in operation["parameters"]}, record.path
        for content in operation["requestBody"]["content"].values():
            schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            assert "reason" in schema["properties"], json.dumps(schema)
    without = {record.path for record in routes if record.method == "POST" and not record.takes_reason}
    apis = {record.path for record in routes if record.method == "POST" and record.path.startswith("/v1/")}
    asking = {"/api/ai/providers/test", "/api/ai/select", "/api/ai/generate", "/api/ai/embed"}
    # What somebody does with the own session and account is nobody else's to ask about.
    own = {record.path for record in routes if record.method == "POST" and record.path.startswith("/auth/")}
    assert without == {*asking, *own, *apis}
