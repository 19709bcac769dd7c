import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from entrypoints.http.routes import MEBIBYTE
from tests.contract.http.example_views import THINGS, Things, thing_routes
from tests.http_service import ORGANIZATION, Reply, Service, a_token, serving

Serve = Callable[..., Awaitable[Service]]

TOKEN = a_token()
JSON = {"Content-Type": "application/json"}
THING = f"{THINGS}/{ORGANIZATION}"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed-json"),
        (b"{", 400, "malformed-json"),
        (b'{"name": "a", "name": "b"}', 400, "malformed-json"),
        (b'{"name": NaN}', 400, "malformed-json"),
        (b'{"name": "\xff"}', 400, "malformed-json"),
        (b"[" * 50_000, 400, "malformed-json"),
        (b'{"name": "a", "price": 1e999}', 400, "malformed-json"),
        (rb'{"name": "\u0000"}', 422, "invalid-input"),
        (rb'{"name": "\ud800"}', 422, "invalid-input"),
        (b"[]", 422, "invalid-input"),
        (b"null", 422, "invalid-input"),
        (b"{}", 422, "invalid-input"),
        (b'{"name": "a", "organizationId": "x"}', 422, "invalid-input"),
        (b'{"name": "a", "ownerId": "1"}', 422, "invalid-input"),
        (b" " * (MEBIBYTE + 1), 413, "content-too-large"),
    ],
)
async def test_a_bad_body_is_a_problem(serve: Serve, body: bytes, status: int, code: str) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    reply = await service.ask("POST", THINGS, token=TOKEN, data=body, headers=JSON)
    assert (reply.status, reply.document["code"]) == (status, code)
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert things.made == 0


async def test_a_syntax_error_says_where(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    reply = await service.ask("POST", THINGS, token=TOKEN, data=b'{\n "name": }', headers=JSON)
    assert (reply.document["line"], reply.document["column"]) == (2, 10)


async def test_numbers_are_exact_from_end_to_end(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    sent = b'{"name": "a", "price": 0.1234567890123456789, "config": {"big": 123456789012, "t": 0.30}}'
    reply = await service.ask("POST", THINGS, token=TOKEN, data=sent, headers=JSON)
    assert reply.status == 201
    assert b'"price":0.1234567890123456789' in reply.content
    assert b'"t":0.30' in reply.content


async def in_pieces(total: int) -> AsyncIterator[bytes]:
    for _ in range(0, total, 65536):
        yield b" " * 65536


async def test_a_body_without_length_is_cut_off_at_the_limit(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    reply = await service.ask("POST", THINGS, token=TOKEN, data=in_pieces(2 * MEBIBYTE), headers=JSON)
    assert (reply.status, reply.document["largestBody"]) == (413, MEBIBYTE)


async def test_a_body_of_exactly_the_limit_is_read(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    sent = json.dumps({"name": "a"}).encode().ljust(MEBIBYTE)
    assert (await service.ask("POST", THINGS, token=TOKEN, data=sent, headers=JSON)).status == 201


async def test_a_compressed_body_is_not_unpacked(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    bomb = gzip.compress(b" " * (16 * MEBIBYTE))
    reply = await service.ask("POST", THINGS, token=TOKEN, data=bomb, headers={**JSON, "Content-Encoding": "gzip"})
    assert (reply.status, reply.headers["Accept-Encoding"]) == (415, "identity")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/jsonx"]
)
async def test_only_json_is_read(serve: Serve, kind: str) -> None:
    service = await serve(*thing_routes(Things()))
    reply = await service.ask("POST", THINGS, token=TOKEN, data=b'{"name": "a"}', headers={"Content-Type": kind})
    assert (reply.status, reply.document["code"], reply.headers["Accept"]) == (
        415,
        "unsupported-content-type",
        "application/json",
    )


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
)
async def test_a_patch_is_json_or_a_merge_patch(serve: Serve, kind: str) -> None:
    service = await serve(*thing_routes(Things()))
    reply = await service.ask("PATCH", THING, token=TOKEN, data=b'{"name": null}', headers={"Content-Type": kind})
    assert (reply.status, reply.document["fields"]) == (200, ["name"])


async def test_what_was_sent_is_never_repeated(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    for sent in (
        b'{"name": {"sk-secret": "sk-secret"}}',
        b'{"name": sk-secret}',
        b'{"name": "a", "ownerId": "sk-secret"}',
    ):
        reply = await service.ask("POST", THINGS, token=TOKEN, data=sent, headers=JSON)
        assert reply.status >= 400
        assert "sk-secret" not in reply.content.decode()


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("limit=0", ["?limit"]),
        ("limit=5&limit=6", ["?limit"]),
        ("limt=5", ["?limt"]),
        ("enabled=yes&sort=price", ["?sort", "?enabled"]),
        ("cursor=" + "x" * 2001, ["?cursor"]),
        ("sort=%00", ["?sort"]),
        ("include_total=true", ["?include_total"]),
        ("a/b~c=1", ["?a~1b~0c"]),
    ],
)
async def test_a_bad_query_is_pointed_at(serve: Serve, query: str, pointers: list[str]) -> None:
    service = await serve(*thing_routes(Things()))
    reply = await service.ask("GET", f"{THINGS}?{query}", token=TOKEN)
    assert reply.status == 422
    assert sorted(error["pointer"] for error in reply.document["errors"]) == sorted(pointers)


async def test_a_route_without_parameters_takes_none(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    reply = await service.ask("DELETE", f"{THING}?cascade=true", token=TOKEN)
    assert (reply.status, reply.document["errors"][0]["pointer"]) == (422, "?cascade")


@pytest.mark.parametrize(
    "sent", ["1", "not-an-id", "AAAAAAAA00004000800000000000000F", "%00", "a" * 5000, "..%2f..%2fetc"]
)
async def test_a_malformed_id_says_so(serve: Serve, sent: str) -> None:
    service = await serve(*thing_routes(Things()))
    reply = await service.ask("DELETE", f"{THINGS}/{sent}", token=TOKEN)
    assert (reply.status, reply.document["errors"][0]["pointer"]) == (422, "{thing_id}")
    assert "thing id" in reply.document["detail"]


@pytest.mark.parametrize(
    ("sent", "revision"),
    [('"7"', 7), ("*", None), (None, None), ('"7", "9" , W/"12"', 9), ('"abc", "3"', 3), ("  *", None)],
)
async def test_a_condition_names_a_revision(serve: Serve, sent: str | None, revision: int | None) -> None:
    service = await serve(*thing_routes(Things()))
    headers = {} if sent is None else {"If-Match": sent}
    reply = await service.ask("PATCH", THING, token=TOKEN, json={}, headers=headers)
    assert (reply.status, reply.document["revision"]) == (200, revision)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ("7", 400, "malformed-if-match"),
        ("", 400, "malformed-if-match"),
        ('"7', 400, "malformed-if-match"),
        ('"7";"8"', 400, "malformed-if-match"),
        ('*, "7"', 400, "malformed-if-match"),
        ('W/"7"', 412, "stale-revision"),
        ('"abc"', 412, "stale-revision"),
        ('"' + "9" * 50 + '"', 412, "stale-revision"),
    ],
)
async def test_a_condition_that_cannot_hold_is_refused(serve: Serve, sent: str, status: int, code: str) -> None:
    service = await serve(*thing_routes(Things()))
    reply = await service.ask("PATCH", THING, token=TOKEN, json={}, headers={"If-Match": sent})
    assert (reply.status, reply.document["code"]) == (status, code)


class Asked:
    """A service that outlives the examples of a property, on a loop of its own."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._serving = serving(thing_routes(Things()))
        self.service = runner.run(self._serving.__aenter__())

    def __call__(self, method: str, path: str, data: bytes, headers: dict[str, str]) -> Reply:
        return self._runner.run(self.service.ask(method, path, token=TOKEN, data=data, headers=headers))

    def stop(self) -> None:
        self._runner.run(self._serving.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def asked() -> Iterator[Asked]:
    with asyncio.Runner() as runner:
        asked = Asked(runner)
        yield asked
        asked.stop()


BODIES = some.binary(max_size=300) | some.recursive(
    some.none() | some.booleans() | some.floats() | some.integers() | some.text(some.characters()),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(["name", "price", "config", "ownerId", "a"]), inner)
    ),
    max_leaves=10,
).map(lambda document: json.dumps(document).encode())


@settings(max_examples=30)
@given(body=BODIES, method=some.sampled_from(["POST", "PATCH"]))
def test_no_body_breaks_the_service(asked: Asked, body: bytes, method: str) -> None:
    reply = asked(method, THINGS if method == "POST" else THING, body, JSON)
    assert reply.status < 500
    assert reply.status < 400 or reply.document["code"] in {"malformed-json", "invalid-input"}


@settings(max_examples=25)
@given(
    query=some.text(some.characters(codec="utf-8"), max_size=50),
    match=some.text(some.characters(min_codepoint=32, max_codepoint=126), max_size=20),
)
def test_no_query_and_no_condition_breaks_the_service(asked: Asked, query: str, match: str) -> None:
    safe = query.replace("#", "%23")
    listed = asked("GET", f"{THINGS}?{safe}", b"", {})
    assert listed.status in {200, 403, 422}
    changed = asked("PATCH", THING, b"{}", {**JSON, "If-Match": match})
    assert changed.status in {200, 400, 412}
