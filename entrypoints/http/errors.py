"""The table that maps each error to its status and problem document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from math import ceil
from typing import Any

from aiohttp import web

from application import errors as application
from application.members import accounts, members
from application.members.change_account import SignInAgain
from application.ports.backups import BackupUnreadable
from application.ports.jobs import JobInterrupted
from application.ports.log_clock import MOST_AHEAD_SECONDS
from application.ports.provider_gateway import UpstreamFailure
from application.projections.project_event import UnknownEventType
from application.prompts.prompt_errors import ModelOutOfUse, NoModelFits, PromptFailed
from application.verification.check_database import DatabaseUnsound
from domain import errors as domain
from domain.access_key.errors import ExpiryPassed
from domain.member.errors import AlreadyJoined
from domain.model.errors import ModelIdentityFixed
from domain.provider.errors import CredentialRequired, ExtraHeadersRequired, ProviderTypeFixed
from entrypoints.http.answers.problems import ProviderFailure
from entrypoints.http.answers.prompts import CallMade, CandidateModel
from entrypoints.http.field_types import camel
from entrypoints.http.json_pointers import pointer_to
from entrypoints.http.json_responses import entity_tag
from entrypoints.http.problems import Problem
from entrypoints.http.request_errors import FieldError, Refused

_SHORTLY = {"Retry-After": "1"}


def problem_for(error: BaseException) -> Problem | None:
    """Return how the error is answered, by the nearest of its classes in the table; none if it was not foreseen."""
    entry = _entry(type(error))
    return None if entry is None else entry.describe(error)


def statuses_of(kind: type[BaseException]) -> tuple[int, ...]:
    """Return the statuses that errors of this class are answered with; for the documentation."""
    entry = _entry(kind)
    if entry is None:
        raise LookupError(kind.__name__)
    return (kind.status,) if issubclass(kind, Refused) else entry.statuses


@dataclass(frozen=True, slots=True)
class Entry:
    """How errors of a class are described, and with which statuses."""

    statuses: tuple[int, ...]
    describe: Callable[[Any], Problem]


def _entry(kind: type[BaseException]) -> Entry | None:
    return next((TABLE[above] for above in kind.__mro__ if above in TABLE), None)


MOST_REASONS = 50
"""Candidates that a refusal lists; the route that explains choices lists more."""

INTERNAL_ERROR = Problem(
    status=500,
    code="internal-error",
    detail="An unexpected error occurred in the service and was logged. Report it with the requestId.",
)


def _with(status: int, headers: Mapping[str, str] | None = None) -> Entry:
    """Return the entry of errors that carry a code, a message and perhaps a pointer."""

    def describe(error: application.ApplicationError | domain.DomainError) -> Problem:
        pointed = () if error.pointer is None else (FieldError(error.pointer, error.message),)
        return Problem(status=status, code=error.code, detail=error.message, errors=pointed, headers=headers or {})

    return Entry((status,), describe)


def _invalid_value(error: domain.InvalidValue) -> Problem:
    pointed = FieldError(pointer_to([camel(error.field)]), error.message)
    return Problem(status=422, code=error.code, detail=error.message, errors=(pointed,))


def _has_models(error: application.ProviderHasModels) -> Problem:
    dependants = [{"id": id_, "modelId": model_id, "name": name} for id_, model_id, name in error.dependants]
    members = {"dependants": dependants, "dependantCount": error.count}
    return Problem(status=409, code=error.code, detail=error.message, members=members)


def _stale(error: application.StaleRevision) -> Problem:
    return Problem(
        status=412,
        code=error.code,
        detail=error.message,
        headers={"ETag": entity_tag(error.current)},
        members={"currentRevision": error.current},
    )


def _bulk(error: application.BulkRefused) -> Problem:
    return Problem(
        status=422,
        code=error.code,
        detail=error.message,
        errors=tuple(
            FieldError(f"/operations/{index}{pointer}", refusal.message, refusal.code)
            for index, refusal in error.failures
            for pointer in (refusal.pointers if isinstance(refusal, application.FieldsChanged) else ("",))
        ),
        members={
            "failures": [
                {"index": index, "code": refusal.code, "message": refusal.message} for index, refusal in error.failures
            ]
        },
    )


def _fields_changed(error: application.FieldsChanged) -> Problem:
    changed = tuple(FieldError(pointer, "was changed by another request meanwhile") for pointer in error.pointers)
    return Problem(status=409, code=error.code, detail=error.message, errors=changed)


def _rate_limited(error: application.RateLimited) -> Problem:
    return Problem(
        status=429,
        code=error.code,
        detail=error.message,
        headers={"Retry-After": str(error.retry_after_seconds)},
        members={"quota": error.quota.name, "retryAfterSeconds": error.retry_after_seconds},
    )


def _too_many_attempts(error: accounts.TooManyAttempts) -> Problem:
    headers = {"Retry-After": str(error.retry_after_seconds)}
    return Problem(status=429, code=error.code, detail=error.message, headers=headers)


def _ahead(error: application.LogAheadOfClock) -> Problem:
    return Problem(
        status=503,
        code=error.code,
        detail=error.message,
        headers={"Retry-After": str(max(1, ceil(error.seconds - MOST_AHEAD_SECONDS)))},
    )


def _budget_exceeded(error: application.BudgetExceeded) -> Problem:
    wait = error.retry_after_seconds
    members = {"budgetUsd": error.usd, "period": error.period, "resetsAt": error.resets_at}
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return Problem(status=429, code=error.code, detail=error.message, headers=headers, members=members)


_UPSTREAM_STATUS = {"timeout": 504, "rate_limited": 503, "overloaded": 503}


def _upstream(error: UpstreamFailure) -> Problem:
    failure = error.failure
    wait = failure.retry_after_seconds
    return Problem(
        status=_UPSTREAM_STATUS.get(failure.category, 502),
        code=error.code,
        detail=error.message,
        headers={} if wait is None else {"Retry-After": str(max(1, ceil(wait)))},
        members=ProviderFailure.members(failure),
        failure=failure,
    )


_OF_THE_PROMPT = frozenset({"bad_request", "content_filter", "context_length_exceeded"})


def _prompt_failed(error: PromptFailed) -> Problem:
    """What a provider reports about the prompt itself is for the client to correct."""
    problem = _upstream(error)
    status = 422 if error.failure.category in _OF_THE_PROMPT else problem.status
    attempts = [CallMade.model_validate(attempt) for attempt in error.attempts]
    return replace(problem, status=status, members={**problem.members, "attempts": attempts})


def _no_model(status: int) -> Entry:
    def describe(error: NoModelFits | ModelOutOfUse) -> Problem:
        reasons = [CandidateModel.model_validate(ranked) for ranked in error.selection.ranked_candidates[:MOST_REASONS]]
        return Problem(status=status, code=error.code, detail=error.message, members={"candidates": reasons})

    return Entry((status,), describe)


def _refused(error: Refused) -> Problem:
    return Problem(
        status=error.status,
        code=error.code,
        detail=error.detail,
        errors=error.errors,
        headers=error.headers,
        members=error.members,
    )


_HTTP_DETAILS = {
    404: "There is nothing at this path. See /api/docs for the routes.",
    405: "This path does not support this method. The Allow header lists the supported methods.",
    413: "The body is larger than this route accepts.",
    417: "The only supported expectation is 100-continue.",
}


def _http(error: web.HTTPException) -> Problem:
    status = HTTPStatus(error.status)
    kept = {name: error.headers[name] for name in ("Allow", "Location", "Retry-After") if name in error.headers}
    return Problem(
        status=error.status,
        code=status.phrase.lower().replace(" ", "-").replace("'", ""),
        detail=_HTTP_DETAILS.get(error.status, status.description or status.phrase),
        headers=kept,
    )


TABLE: Mapping[type[BaseException], Entry] = {
    Refused: Entry((), _refused),
    web.HTTPException: Entry((), _http),
    domain.InvalidValue: Entry((422,), _invalid_value),
    BackupUnreadable: _with(422),
    DatabaseUnsound: _with(500),
    ProviderTypeFixed: _with(422),
    CredentialRequired: _with(422),
    ExtraHeadersRequired: _with(422),
    ModelIdentityFixed: _with(422),
    ExpiryPassed: _with(422),
    application.NotFound: _with(404),
    members.InvitationNotValid: _with(410),
    accounts.SignInRefused: _with(401, {"WWW-Authenticate": "Bearer"}),
    accounts.TooManyAttempts: Entry((429,), _too_many_attempts),
    accounts.SignInBusy: _with(503, {"Retry-After": "3"}),
    SignInAgain: _with(403),
    AlreadyJoined: _with(409),
    application.OrganizationRemoved: _with(410),
    application.Conflict: _with(409),
    application.FieldsChanged: Entry((409,), _fields_changed),
    application.ProviderHasModels: Entry((409,), _has_models),
    application.StaleRevision: Entry((412,), _stale),
    application.InvalidInput: _with(422),
    application.BulkRefused: Entry((422,), _bulk),
    application.RateLimited: Entry((429,), _rate_limited),
    application.BudgetExceeded: Entry((429,), _budget_exceeded),
    application.CostUnknown: _with(409),
    application.Unavailable: _with(503, _SHORTLY),
    application.LogAheadOfClock: Entry((503,), _ahead),
    application.CommandOutcomeUnknown: _with(503, _SHORTLY),
    application.CredentialUnreadable: _with(409),
    UpstreamFailure: Entry((502, 503, 504), _upstream),
    PromptFailed: Entry((422, 502, 503, 504), _prompt_failed),
    NoModelFits: _no_model(422),
    ModelOutOfUse: _no_model(409),
    UnknownEventType: _with(500),
    JobInterrupted: _with(503, _SHORTLY),
}
"""From the class of an error to how it is answered. A class represents those below it that have no entry.
The roots of the two error trees have none, so that whoever adds a refusal says how it is answered."""
