"""The context of a request while it is being answered."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4, uuid5

from aiohttp import web

from application.caller import Caller
from application.command_outcome import CommandOutcome
from application.ports.provider_gateway import CallOutcome, UpstreamFailure
from entrypoints.http.authorization import Principal
from entrypoints.http.routes import Route

PLATFORM = UUID(int=0)
"""Takes the place of the organization where a request to the platform's own routes needs one."""


@dataclass(slots=True, kw_only=True)
class RequestContext:
    """A request's id, its route (none: there is no such route), and the caller (none: nobody has been verified).

    `answer_headers` go with the answer, whatever it is. `outcome` is what is known of the change that was requested,
    `has_key` whether an Idempotency-Key came with it. `failure` is the provider's that the answer ends with, for the
    log. `kept_body` is what is kept of the answer for a repetition with the same Idempotency-Key, where that is not all
    of it. `verify` authenticates the caller again, for answers that last; it raises what the verifier does.
    """

    request_id: str
    route: Route | None
    started: float
    principal: Principal | None = None
    command_id: UUID | None = None
    reason: str | None = None
    body: bytes | None = None
    is_client_gone: bool = False
    started_answer: web.StreamResponse | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    outcome: CommandOutcome = field(default_factory=CommandOutcome)
    has_key: bool = False
    failure: CallOutcome | None = None
    kept_body: bytes | None = None
    verify: Callable[[], Awaitable[Principal]] | None = None

    def forget_body(self) -> None:
        """Let go of the body: request and connection refer to each other until the garbage collector comes by."""
        self.body = None


_POSITION = re.compile(r"[0-9]{1,18}")
BEYOND_EVERY_LOG = 10**18

_NOBODY = "nobody is verified on a public route"

REQUEST_CONTEXT = web.RequestKey("context", RequestContext)


def context_of(request: web.Request) -> RequestContext:
    """Return what is known of the request."""
    return request[REQUEST_CONTEXT]


def note_failure(request: web.Request, error: Exception) -> None:
    """Keep a provider's failure for the request's line in the log; nothing of any other error."""
    if isinstance(error, UpstreamFailure):
        context_of(request).failure = error.failure


def principal_of(request: web.Request) -> Principal:
    """Return the caller; for handlers of routes that are not public."""
    principal = request[REQUEST_CONTEXT].principal
    if principal is None:
        raise LookupError(_NOBODY)
    return principal


def caller_for(request: web.Request, organization_id: UUID) -> Caller:
    """Return the caller for work on this organization.

    Handlers of organization routes run as this already; those of platform routes name the organization.
    """
    context = request[REQUEST_CONTEXT]
    principal = context.principal
    if principal is None:
        raise LookupError(_NOBODY)
    if context.command_id is None:
        context.command_id = uuid4()
    key = principal.access_key
    return Caller(
        organization_id=organization_id,
        actor=principal.actor,
        command_id=context.command_id,
        correlation_id=context.request_id,
        reason=context.reason,
        access_key_id=None if key is None else key.id,
        labels={} if key is None else key.labels,
        access_key=key,
        seen_position=seen_position(request),
        outcome=context.outcome,
    )


def seen_position(request: web.Request) -> int | None:
    """Return the position that the caller has seen, by the header Log-Position; None where there is none.

    What cannot be understood is a position that nothing but the primary has come to.
    """
    values = request.headers.getall("Log-Position", None)
    if values is None:
        return None
    positions = [int(value) if _POSITION.fullmatch(value) else BEYOND_EVERY_LOG for value in values]
    return max(positions)


def command_for(organization_id: UUID, key: str, fingerprint: bytes) -> UUID:
    """Return the command id of an Idempotency-Key: the same one for the same organization, key and request.

    A key that was given back after a failure and is used for something else makes another command.
    """
    return uuid5(organization_id, f"{fingerprint.hex()} {key}")
