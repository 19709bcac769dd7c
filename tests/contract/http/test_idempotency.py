import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from uuid import UUID

import pytest
from aiohttp import web

from adapters.vault.keyring import Keyring
from application.errors import ModelAlreadyRegistered, ModelNotFound, StaleRevision, Unavailable
from application.ports.idempotency_claims import Claim
from entrypoints.http.authorization import Access, Role
from entrypoints.http.field_types import Body
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import json_body
from entrypoints.http.request_context import command_for
from entrypoints.http.routes import Route, route
from tests.contract.http.example_views import THINGS, Things, a_route, thing_routes
from tests.fakes.idempotency_claims import FakeClaims
from tests.fakes.quotas import FakeStoredAmounts, stocks_of_all
from tests.http_service import ORGANIZATION, OTHER_ORGANIZATION, Reply, Service, a_token

Serve = Callable[..., Awaitable[Service]]

TOKEN = a_token()
KEY = {"Idempotency-Key": "order-7"}


async def make(service: Service, token: str = TOKEN, headers: Mapping[str, str] = KEY, name: str = "a") -> Reply:
    return await service.ask("POST", THINGS, token=token, headers=headers, json={"name": name})


async def test_a_repeated_request_is_done_once_and_answered_alike(serve: Serve) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    first, second = await make(service), await make(service)
    assert things.made == 1
    assert (first.status, first.document) == (second.status, second.document) == (201, first.document)
    for name in ("Content-Type", "ETag", "Location", "Log-Position"):
        assert first.headers[name] == second.headers[name]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


async def test_of_many_at_once_one_is_done(serve: Serve) -> None:
    things = Things(gate=asyncio.Event())
    service = await serve(*thing_routes(things))
    asked = [asyncio.create_task(make(service)) for _ in range(20)]
    await things.entered.wait()
    for others in islice(asyncio.as_completed(asked), 19):
        assert (await others).status == 409
    assert things.gate is not None
    things.gate.set()
    replies = await asyncio.gather(*asked)
    assert sorted(reply.status for reply in replies) == [201] + [409] * 19
    waiting = next(reply for reply in replies if reply.status == 409)
    assert (waiting.document["code"], waiting.headers["Retry-After"]) == ("command-in-flight", "1")
    assert things.made == 1
    assert (await make(service)).status == 201


async def test_a_key_is_for_one_request(serve: Serve) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    await make(service)
    again = await make(service, name="b")
    assert (again.status, again.document["code"], things.made) == (422, "idempotency-key-reused", 1)


async def test_a_key_is_one_organizations(serve: Serve) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    await make(service)
    others = await make(service, token=a_token(organization_id=OTHER_ORGANIZATION))
    assert (others.status, "Idempotency-Replayed" in others.headers, things.made) == (201, False, 2)
    colleagues = await make(service, token=a_token(actor="user-2"))
    assert (colleagues.status, "Idempotency-Replayed" in colleagues.headers, things.made) == (201, True, 2)


async def test_the_query_counts_as_part_of_the_request(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    await make(service)
    path = f"{THINGS}?organizationId={ORGANIZATION}"
    again = await service.ask("POST", path, token=TOKEN, headers=KEY, json={"name": "a"})
    assert again.document["code"] == "idempotency-key-reused"


async def test_the_log_knows_a_repeated_command_too(serve: Serve) -> None:
    things = Things(failure=Unavailable())
    service = await serve(*thing_routes(things))
    await make(service)
    await make(service)
    first, second = things.callers
    assert first is not None
    assert second is not None
    assert first.command_id == second.command_id


async def test_a_key_that_was_given_back_makes_another_command_of_another_request(serve: Serve) -> None:
    things = Things(failure=Unavailable())
    service = await serve(*thing_routes(things))
    await make(service)
    await service.ask("POST", THINGS, token=TOKEN, headers=KEY, json={"name": "another"})
    first, second = things.callers
    assert first is not None
    assert second is not None
    assert first.command_id != second.command_id


def test_a_command_id_belongs_to_organization_key_and_request() -> None:
    made = command_for(ORGANIZATION, "order-7", b"a")
    assert made == command_for(ORGANIZATION, "order-7", b"a")
    others = [(OTHER_ORGANIZATION, "order-7", b"a"), (ORGANIZATION, "order-8", b"a"), (ORGANIZATION, "order-7", b"b")]
    assert made not in {command_for(*other) for other in others}


class WithKey(Body):
    """A body that takes a provider's key."""

    name: str
    api_key: str | None = None


def keyed_routes(answered: list[str], *, keeps_answers: bool = True) -> list[Route]:
    async def take(request: web.Request) -> web.Response:
        answered.append((await json_body(request, WithKey)).name)
        return web.json_response({"number": len(answered)})

    return [
        route("POST", "/api/ai/keyed", take, access=Access.ADMIN, body=WithKey, keeps_answers=keeps_answers),
    ]


class SeenClaims(FakeClaims):
    """Notes the fingerprints."""

    def __init__(self) -> None:
        super().__init__()
        self.fingerprints: list[bytes] = []

    async def claim(self, key: str, fingerprint: bytes, command_id: UUID) -> Claim:
        self.fingerprints.append(fingerprint)
        return await super().claim(key, fingerprint, command_id)


async def test_what_is_kept_of_a_request_cannot_be_guessed_and_leaves_its_key_out(serve: Serve) -> None:
    seen = [SeenClaims(), SeenClaims()]
    for claims in seen:
        service = await serve(*keyed_routes([]), claims=claims, fingerprints=Keyring.generate("k").fingerprints)
        for api_key in ("one-of-their-keys", "another-of-them"):
            body = {"name": "a", "apiKey": api_key}
            reply = await service.ask("POST", "/api/ai/keyed", token=TOKEN, headers=KEY, json=body)
            assert (reply.status, reply.document) == (200, {"number": 1})
        assert len(set(claims.fingerprints)) == 1
        other = {"name": "b", "apiKey": "one-of-their-keys"}
        assert (await service.ask("POST", "/api/ai/keyed", token=TOKEN, headers=KEY, json=other)).status == 422
    assert seen[0].fingerprints[0] != seen[1].fingerprints[0]


async def test_a_repetition_is_known_after_the_master_key_was_rotated(serve: Serve) -> None:
    answered: list[str] = []
    before, claims = Keyring.generate("before"), FakeClaims()
    for keyring in (before, before.led_by(Keyring.generate("after"))):
        service = await serve(*keyed_routes(answered), claims=claims, fingerprints=keyring.fingerprints)
        reply = await service.ask("POST", "/api/ai/keyed", token=TOKEN, headers=KEY, json={"name": "a"})
        assert reply.document == {"number": 1}
    assert answered == ["a"]


async def test_of_a_question_nothing_is_kept(serve: Serve) -> None:
    answered: list[str] = []
    claims = SeenClaims()
    service = await serve(*keyed_routes(answered, keeps_answers=False), claims=claims)
    for name in ("a", "b"):
        reply = await service.ask("POST", "/api/ai/keyed", token=TOKEN, headers=KEY, json={"name": name})
        assert reply.status == 200
    assert (answered, claims.fingerprints) == (["a", "b"], [])


@pytest.mark.parametrize("failure", [Unavailable(), ZeroDivisionError(), ModelAlreadyRegistered(), StaleRevision(2)])
async def test_what_may_end_otherwise_gives_the_key_back(serve: Serve, failure: Exception) -> None:
    things = Things(failure=failure)
    service = await serve(*thing_routes(things))
    assert (await make(service)).status in {409, 412, 500, 503}
    things.failure = None
    assert (await make(service)).status == 201
    assert things.made == 1


async def test_a_final_refusal_is_repeated(serve: Serve) -> None:
    things = Things(failure=ModelNotFound())
    service = await serve(*thing_routes(things))
    first = await make(service)
    things.failure = None
    second = await make(service)
    assert (first.status, second.status, first.document) == (404, 404, second.document)
    assert second.headers["Content-Type"] == "application/problem+json"
    invalid = [await make(service, headers={"Idempotency-Key": "other"}, name="") for _ in range(2)]
    assert [reply.status for reply in invalid] == [422, 422]
    assert things.made == 0


async def test_a_request_that_was_not_allowed_spends_no_key(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    assert (await make(service, token=a_token(Role.VIEWER))).status == 403
    assert (await make(service)).status == 201


async def test_a_client_that_disconnected_finds_the_answer(serve: Serve) -> None:
    things = Things(gate=asyncio.Event())
    service = await serve(*thing_routes(things))
    asked = asyncio.create_task(make(service))
    await things.entered.wait()
    asked.cancel()
    assert things.gate is not None
    things.gate.set()
    await asyncio.wait_for(service.log.answered.wait(), timeout=2)
    again = await make(service)
    assert (again.status, again.headers["Idempotency-Replayed"], things.made) == (201, "true", 1)


async def test_a_request_broken_off_by_the_end_of_the_service_gives_the_key_back(serve: Serve) -> None:
    things, claims = Things(gate=asyncio.Event()), FakeClaims()
    service = await serve(*thing_routes(things), claims=claims, options=HttpOptions(shutdown_seconds=0.1))
    asked = asyncio.create_task(make(service))
    await things.entered.wait()
    await service.runner.cleanup()
    await asyncio.gather(asked, return_exceptions=True)
    things.gate = None
    service = await serve(*thing_routes(things), claims=claims)
    assert (await make(service)).status == 201


class ForgetfulClaims(FakeClaims):
    """Cannot keep answers."""

    async def complete(self, key: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        del key, status, headers, body
        raise Unavailable


async def test_an_answer_that_cannot_be_kept_is_given_nevertheless(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()), claims=ForgetfulClaims())
    assert (await make(service)).status == 201
    assert len(service.log.lines("idempotency key not settled")) == 1
    assert (await make(service)).status == 409


class UnreachableClaims(FakeClaims):
    """Cannot look anything up."""

    async def claim(self, key: str, fingerprint: bytes, command_id: object) -> None:  # type: ignore[override]
        del key, fingerprint, command_id
        raise Unavailable


async def test_without_knowing_nothing_is_done(serve: Serve) -> None:
    things = Things()
    service = await serve(*thing_routes(things), claims=UnreachableClaims())
    assert ((await make(service)).status, things.made) == (503, 0)


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "caf\u00e9", "a\tb"])
async def test_a_malformed_key_is_refused(serve: Serve, key: str) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    reply = await make(service, headers={"Idempotency-Key": key})
    assert (reply.status, reply.document["code"], things.made) == (400, "malformed-idempotency-key", 0)


async def test_a_key_of_200_characters_is_accepted(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    assert (await make(service, headers={"Idempotency-Key": "!" + "~ " * 99 + "x"})).status == 201


async def test_other_methods_need_no_key_and_ignore_it(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()))
    for _ in range(2):
        reply = await service.ask("DELETE", f"{THINGS}/{ORGANIZATION}", token=TOKEN, headers=KEY)
        assert (reply.status, "Idempotency-Replayed" in reply.headers) == (200, False)


async def test_a_route_whose_answers_cannot_be_kept_says_so(serve: Serve) -> None:
    things = Things()
    service = await serve(a_route(things.look_after, method="POST", access=Access.EDITOR, replayable=False))
    reply = await service.ask("POST", THINGS, token=TOKEN, headers=KEY)
    assert (reply.status, reply.document["code"], things.callers) == (422, "not-replayable", [])
    assert (await service.ask("POST", THINGS, token=TOKEN)).status == 200


async def large(_: web.Request) -> web.Response:
    return json_response(b'"' + b"x" * (1024 * 1024) + b'"')


async def test_a_very_large_answer_is_given_once_and_the_work_is_not_repeated(serve: Serve) -> None:
    service = await serve(a_route(large, method="POST", access=Access.EDITOR))
    first = await service.ask("POST", THINGS, token=TOKEN, headers=KEY)
    second = await service.ask("POST", THINGS, token=TOKEN, headers=KEY)
    assert (first.status, second.status, second.document["code"]) == (200, 409, "answer-not-kept")
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_keys_work_for_the_platforms_own_routes(serve: Serve) -> None:
    things = Things()
    service = await serve(*thing_routes(things))
    token = a_token(None, organization_id=None, is_platform_admin=True)
    replies = [await service.ask("POST", "/api/admin/things", token=token, headers=KEY) for _ in range(2)]
    assert [reply.headers.get("Idempotency-Replayed") for reply in replies] == [None, "true"]
    assert things.callers == [None]


async def test_no_more_answers_are_kept_than_may_be_and_those_that_are_still_count(serve: Serve) -> None:
    things, stored, claims = Things(), FakeStoredAmounts(), FakeClaims()
    service = await serve(*thing_routes(things), claims=claims, stocks=stocks_of_all(stored, keptAnswers=1))
    assert (await make(service)).status == 201
    stored.amounts["keptAnswers"] = 1
    refused = await make(service, headers={"Idempotency-Key": "another"})
    assert (refused.status, refused.document["quota"], refused.headers["Retry-After"]) == (429, "keptAnswers", "60")
    assert (await make(service)).headers["Idempotency-Replayed"] == "true"
    assert (await make(service, headers={})).status == 201
    assert things.made == 2
    # Nothing is left of the key that was refused.
    stored.amounts["keptAnswers"] = 0
    again = await serve(*thing_routes(things), claims=claims)
    assert (await make(again, headers={"Idempotency-Key": "another"})).status == 201


async def test_where_there_is_no_room_an_answer_is_given_once_and_the_work_is_not_repeated(serve: Serve) -> None:
    things, stored = Things(), FakeStoredAmounts()
    stored.amounts["keptAnswerBytes"] = 10
    service = await serve(*thing_routes(things), stocks=stocks_of_all(stored, keptAnswerBytes=11))
    first, second = await make(service), await make(service)
    assert (first.status, second.status, second.document["code"]) == (201, 409, "answer-not-kept")
    assert things.made == 1
