"""Idempotency-Keys of POST requests: repetitions get the answer to the first request."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from contextlib import nullcontext, suppress
from uuid import UUID

from aiohttp import web
from structlog.typing import FilteringBoundLogger

from application.bounds.stocks import Stocks
from application.caller import Caller, acting_as
from application.errors import RateLimited, Unavailable
from application.ports.idempotency_claims import Claimed, Claims, InFlight, Mismatch, Replay
from domain.key_patterns import has_key_form
from entrypoints.http.errors import problem_for
from entrypoints.http.parse_request import work_on_body
from entrypoints.http.problems import problem_response
from entrypoints.http.request_context import PLATFORM, caller_for, command_for, context_of, principal_of
from entrypoints.http.request_errors import (
    AnswerNotKept,
    CommandInFlight,
    IdempotencyKeyReused,
    MalformedIdempotencyKey,
    NotReplayable,
    Refused,
)
from entrypoints.http.request_middleware import answer_or_problem
from entrypoints.http.routes import MEBIBYTE, Handler
from entrypoints.http.secret_fields import secrets_in, with_lifted_headers, without_secrets
from entrypoints.http.strict_json import parse_json

Fingerprints = Callable[[bytes], tuple[bytes, ...]]
"""Turns a digest of a request into what is kept of it: an HMAC under each master key, the active one first."""

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")

LARGEST_KEPT = MEBIBYTE
KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Log-Position")
NOT_FINAL = frozenset({401, 403, 409, 412, 429})
"""Refusals that may be answered otherwise the next time, so that the key must not be spent on them."""


def idempotency_key(request: web.Request) -> str | None:
    """Return the key of the request, if it has one.

    Raises:
        MalformedIdempotencyKey: it is not 1 to 200 printable ASCII characters, looks like a provider's key, or there
            are several.
    """
    keys = request.headers.getall("Idempotency-Key", None)
    if keys is None:
        return None
    if len(keys) > 1 or _KEY.fullmatch(keys[0]) is None or has_key_form(keys[0]):
        raise MalformedIdempotencyKey
    return keys[0]


class Idempotency:
    """Answers requests that carry a key."""

    def __init__(
        self,
        claims: Claims,
        fingerprints: Fingerprints,
        stocks: Stocks,
        *,
        logger: FilteringBoundLogger,
        hold_seconds: float,
    ) -> None:
        self._claims = claims
        self._stocks = stocks
        self._fingerprints = fingerprints
        self._logger = logger
        self._hold_seconds = hold_seconds

    async def answer(
        self, request: web.Request, handler: Handler, key: str, organization_id: UUID
    ) -> web.StreamResponse:
        """Return the handler's answer, or the one that this organization got for the key before.

        Raises:
            NotReplayable: the route's answers cannot be kept.
            MalformedIdempotencyKey: it is a provider's key or another secret in the body, and is not kept.
            IdempotencyKeyReused: the first request with the key requested something else.
            CommandInFlight: the first request with the key is not answered yet.
            RateLimited: as many answers are kept for the organization as may be.
        """
        context = context_of(request)
        if context.route is None or not context.route.takes_keys:
            raise NotReplayable
        if _takes_secrets(request) and key in await work_on_body(request, lambda body: secrets_in(_read(body))):
            raise MalformedIdempotencyKey
        with acting_as(caller_for(request, organization_id)):
            refusal = await self._refusal()
        caller, claim = await self._claim(request, key, organization_id)
        match claim:
            case Claimed(is_first):
                context.outcome.may_have_changed = not is_first
                if is_first and refusal is not None:
                    with acting_as(caller):
                        await self._claims.release(key)
                    raise refusal
                return await self._execute(request, handler, key, caller)
            case InFlight():
                raise CommandInFlight(headers={"Retry-After": "1"})
        headers = {**claim.headers, "Idempotency-Replayed": "true"}
        return web.Response(status=claim.status, headers=headers, body=claim.body)

    async def _refusal(self) -> RateLimited | None:
        """Return why no answer more may be kept; a repetition gets the one that is kept all the same."""
        try:
            await self._stocks.check_answers()
        except RateLimited as refusal:
            return refusal
        return None

    async def _claim(
        self, request: web.Request, key: str, organization_id: UUID
    ) -> tuple[Caller, Claimed | InFlight | Replay]:
        """Claim the key for the request, under the active master key or one that was active when it first came."""
        asked = await _request_digest(request, organization_id)
        for fingerprint in self._fingerprints(asked):
            context_of(request).command_id = command_for(organization_id, key, fingerprint)
            caller = caller_for(request, organization_id)
            with acting_as(caller):
                claim = await self._claims.claim(key, fingerprint, caller.command_id)
            if not isinstance(claim, Mismatch):
                return caller, claim
        raise IdempotencyKeyReused

    async def _execute(self, request: web.Request, handler: Handler, key: str, caller: Caller) -> web.StreamResponse:
        response: web.StreamResponse | None = None
        holding = asyncio.create_task(self._hold(key, caller))
        try:
            with nullcontext() if caller.organization_id == PLATFORM else acting_as(caller):
                response = await answer_or_problem(request, handler, self._logger)
            return response
        finally:
            holding.cancel()
            with acting_as(caller):
                await self._settle(request, key, response)

    async def _hold(self, key: str, caller: Caller) -> None:
        """Keep the key from being taken for that of a process that died, however long the work takes."""
        with acting_as(caller):
            while True:
                await asyncio.sleep(self._hold_seconds)
                with suppress(Unavailable):
                    await self._claims.hold(key)

    async def _settle(self, request: web.Request, key: str, response: web.StreamResponse | None) -> None:
        """Keep a final answer, or let the key go; a failure to do so leaves the answer as it is."""
        try:
            is_kept = response is not None and is_final(response.status) and not _quotes_key(response)
            if response is None or (not is_kept and context_of(request).outcome.known != "unchanged"):
                # The next request with the key continues with this command, and has to know that it began before.
                await self._claims.leave_open(key)
                return
            if not is_kept:
                await self._claims.release(key)
                return
            kept = await self._keepable(request, response)
            headers = {name: kept.headers[name] for name in KEPT_HEADERS if name in kept.headers}
            body = _content(kept) if kept is not response else context_of(request).kept_body or _content(kept)
            await self._claims.complete(key, kept.status, headers, body)
        except Unavailable:
            self._logger.warning("idempotency key not settled", request_id=context_of(request).request_id)

    async def _keepable(self, request: web.Request, response: web.StreamResponse) -> web.Response:
        """Return the answer, or the problem that it was not kept: a stream, a very large one, or one without room."""
        if (
            isinstance(response, web.Response)
            and (length := len(_content(response))) <= LARGEST_KEPT
            and await self._stocks.has_room("keptAnswerBytes", length)
        ):
            return response
        problem = problem_for(AnswerNotKept())
        if problem is None:
            raise LookupError(AnswerNotKept.code)
        return problem_response(problem, instance=request.path, request_id=context_of(request).request_id)


def is_final(status: int) -> bool:
    """Return whether a repetition of the request would be answered in the same way for ever."""
    return 200 <= status < 300 or (400 <= status < 500 and status not in NOT_FINAL)  # noqa: PLR2004 - classes of status


def _quotes_key(response: web.StreamResponse) -> bool:
    """Return whether a refusal quotes somebody's key, from the path or the name of a field: it is not written down."""
    if response.status < 400 or not isinstance(response, web.Response):  # noqa: PLR2004 - classes of status
        return False
    return has_key_form(_content(response).decode("utf-8", "replace"))


def _content(response: web.Response) -> bytes:
    body = response.body
    if body is None:
        return b""
    if not isinstance(body, bytes | bytearray):
        raise TypeError("a route with streamed answers is not replayable")
    return bytes(body)


async def _request_digest(request: web.Request, organization_id: UUID) -> bytes:
    """Return a digest of the request's content, without a provider's secrets; it is never kept itself."""
    takes_secrets = _takes_secrets(request)
    asked = f"{request.method}\n{request.raw_path}\n{organization_id}\n".encode()
    key = principal_of(request).access_key
    if key is not None and key.is_restricted:
        # Another caller's answer may be one of a model that is not there for this key.
        asked += f"{key.id}\n".encode()

    def digest(body: bytes) -> bytes:
        return hashlib.sha256(asked + (_without_secrets(body) if takes_secrets else body)).digest()

    return await work_on_body(request, digest)


def _takes_secrets(request: web.Request) -> bool:
    route = context_of(request).route
    return route is not None and route.body is not None and "api_key" in route.body.model_fields


def _read(body: bytes) -> object:
    """Return the body as its view will read it; none where it is no JSON, which the view refuses."""
    try:
        return with_lifted_headers(parse_json(body))
    except Refused:
        return None


def _without_secrets(body: bytes) -> bytes:
    document = _read(body)
    if not isinstance(document, dict):
        return body
    return json.dumps(without_secrets(document), default=str, sort_keys=True).encode()
