"""What an answer 503 or 500 says about the change that was requested."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from aiohttp import web

from application.caller import current_caller
from application.errors import CommandOutcomeUnknown, ModelNotFound, Unavailable
from application.recorded_revision import Recorded
from entrypoints.http.authorization import Access
from tests.contract.http.example_views import THINGS, Thing, a_route
from tests.contract.http.test_idempotency import UnreachableClaims
from tests.http_service import Service, a_token

Serve = Callable[..., Awaitable[Service]]

TOKEN = a_token()
KEY = {"Idempotency-Key": "order-7"}
PART = UUID(int=5)


def recorded(position: int) -> list[Recorded]:
    return [Recorded(aggregate_id=uuid4(), revision=1, position=position)]


async def never_reached(_: web.Request) -> web.Response:
    """Fail before anything is changed"""
    raise Unavailable


async def made(_: web.Request) -> web.Response:
    """Fail when everything is made"""
    with current_caller().outcome.in_parts():
        current_caller().outcome.note(recorded(7))
    current_caller().outcome.note(recorded(6))
    raise Unavailable


async def broken_off(_: web.Request) -> web.Response:
    """Fail half-way"""
    with current_caller().outcome.in_parts():
        current_caller().outcome.note(recorded(7))
        raise Unavailable


async def ambiguous(_: web.Request) -> web.Response:
    """Fail around a commit"""
    current_caller().outcome.note(recorded(7))
    current_caller().outcome.unresolved = PART
    raise CommandOutcomeUnknown


async def beside_the_log(_: web.Request) -> web.Response:
    """Fail where something else than the log may have been changed"""
    current_caller().outcome.may_have_changed = True
    raise Unavailable


async def blunder(_: web.Request) -> web.Response:
    """Fail in a way that nobody foresaw, when everything is made"""
    current_caller().outcome.note(recorded(7))
    raise ZeroDivisionError


async def refusal(_: web.Request) -> web.Response:
    """Refuse"""
    raise ModelNotFound


@pytest.mark.parametrize(
    ("handler", "status", "code", "outcome", "position"),
    [
        (never_reached, 503, "unavailable", "unchanged", None),
        (made, 503, "unavailable", "made", 7),
        (broken_off, 503, "unavailable", "partial", 7),
        (ambiguous, 503, "outcome-unknown", "unknown", 7),
        (beside_the_log, 503, "outcome-unknown", "unknown", None),
        (blunder, 500, "internal-error", "made", 7),
    ],
)
async def test_a_failure_says_what_became_of_the_change(
    serve: Serve,
    *,
    handler: Callable[..., Awaitable[web.Response]],
    status: int,
    code: str,
    outcome: str,
    position: int | None,
) -> None:
    service = await serve(a_route(handler, method="POST", access=Access.EDITOR))
    reply = await service.ask("POST", THINGS, token=TOKEN)
    problem = reply.document
    assert (reply.status, problem["code"], problem["outcome"]) == (status, code, outcome)
    assert problem.get("logPosition") == position
    assert reply.headers.get("Log-Position") == (None if position is None else str(position))
    assert UUID(problem["commandId"]) == (PART if handler is ambiguous else UUID(problem["commandId"]))
    assert ("Nothing was changed" in problem["detail"]) == (outcome == "unchanged")
    assert (f"up to log position {position}" in problem["detail"]) == (outcome in {"made", "partial"})
    assert (f"?commandId={problem['commandId']}" in problem["detail"]) == (outcome in {"partial", "unknown"})


async def test_what_changes_nothing_says_nothing_of_changes(serve: Serve) -> None:
    service = await serve(
        a_route(never_reached, method="GET", access=Access.VIEWER),
        a_route(refusal, method="POST", access=Access.EDITOR),
        a_route(made, path="/api/ai/prompts", method="POST", access=Access.EDITOR, changes_nothing=True),
    )
    for method, path in (("GET", THINGS), ("POST", THINGS), ("POST", "/api/ai/prompts")):
        reply = await service.ask(method, path, token=TOKEN)
        assert reply.status in {404, 503}
        assert reply.document.keys().isdisjoint({"outcome", "commandId", "logPosition"})
        assert "changed" not in reply.document["detail"]


async def test_with_a_key_only_the_first_request_can_be_sure_that_nothing_was_changed(serve: Serve) -> None:
    """The second one continues with the command of the first, of which it does not know what became."""
    handlers = iter([never_reached, ambiguous, never_reached, made, never_reached])

    async def next_one(request: web.Request) -> web.Response:
        """Fail in one way after the other"""
        return await next(handlers)(request)

    service = await serve(a_route(next_one, method="POST", access=Access.EDITOR, body=Thing, body_required=False))
    replies = [await service.ask("POST", THINGS, token=TOKEN, headers=KEY) for _ in range(5)]
    outcomes = [reply.document["outcome"] for reply in replies]
    assert outcomes == ["unchanged", "unknown", "unknown", "made", "unknown"]
    assert len({reply.document["commandId"] for reply in replies} - {str(PART)}) == 1
    assert "the same Idempotency-Key" in replies[2].document["detail"]
    other = await service.ask("POST", THINGS, token=TOKEN, headers=KEY, json={"name": "other"})
    assert other.document["code"] == "idempotency-key-reused"


async def test_a_key_that_cannot_be_looked_up_leaves_open_what_an_earlier_request_did(serve: Serve) -> None:
    service = await serve(a_route(made, method="POST", access=Access.EDITOR), claims=UnreachableClaims())
    reply = await service.ask("POST", THINGS, token=TOKEN, headers=KEY)
    assert (reply.status, reply.document["code"], reply.document["outcome"]) == (503, "outcome-unknown", "unknown")
