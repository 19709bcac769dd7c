import importlib
import json
import pkgutil
from types import ModuleType
from uuid import UUID

import pytest
from aiohttp import web

import application
import domain
from application.caller import NoCaller
from application.errors import (
    ApplicationError,
    BulkRefused,
    CommandOutcomeUnknown,
    CredentialUnreadable,
    EndpointRefused,
    FieldsChanged,
    InvalidInput,
    ModelNotFound,
    ProviderHasModels,
    ProviderNameTaken,
    StaleRevision,
    Unavailable,
)
from application.ports.provider_gateway import CallOutcome, Category, RateLimit, UpstreamFailure
from domain.errors import DomainError, InvalidValue
from domain.provider.errors import CredentialRequired
from entrypoints.http.errors import TABLE, problem_for
from entrypoints.http.problems import Problem, problem_response
from entrypoints.http.request_errors import FieldError, Refused


def every_module_of(package: ModuleType) -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)


def leaves(kind: type[Exception]) -> set[type[Exception]]:
    below = kind.__subclasses__()
    return {kind} if not below else set().union(*map(leaves, below))


def ours(kind: type[Exception]) -> bool:
    # What commands alone fail with is never an answer.
    return kind.__module__.startswith(("domain.", "application.", "entrypoints.http."))


def described(error: Exception) -> Problem:
    problem = problem_for(error)
    assert problem is not None
    return problem


def test_every_refusal_of_the_rules_and_the_application_is_in_the_table() -> None:
    for package in (domain, application):
        every_module_of(package)
    found = {leaf for root in (DomainError, ApplicationError) for leaf in leaves(root) if ours(leaf)}
    assert len(found) > 10
    missing = {leaf.__name__ for leaf in found if not TABLE.keys() & set(leaf.__mro__)}
    assert missing == set()


def test_the_roots_are_not_in_the_table() -> None:
    assert not TABLE.keys() & {DomainError, ApplicationError, Exception, RuntimeError, object}


def test_codes_are_unique_and_spelled_alike() -> None:
    for package in (domain, application):
        every_module_of(package)
    found = [leaf for root in (DomainError, ApplicationError, Refused) for leaf in leaves(root) if ours(leaf)]
    codes = [leaf.code for leaf in found]  # type: ignore[attr-defined]
    shared = {code for code in codes if codes.count(code) > 1}
    # One condition, met at two depths.
    assert shared <= {"invalid-input", "stale-revision", "upstream-failure"}
    assert all(code == code.lower() and " " not in code and "_" not in code for code in codes)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ModelNotFound(), 404, "model-not-found"),
        (ProviderNameTaken(), 409, "provider-name-taken"),
        (CredentialUnreadable(), 409, "credential-unreadable"),
        (CredentialRequired(), 422, "credential-required"),
        (EndpointRefused("/endpoint", "It is not public."), 422, "endpoint-refused"),
        (InvalidValue("cost_per_1k_tokens", "Too much."), 422, "invalid-value"),
        (Unavailable(), 503, "unavailable"),
        (CommandOutcomeUnknown(), 503, "outcome-unknown"),
    ],
)
def test_refusals_keep_their_code(error: Exception, status: int, code: str) -> None:
    problem = described(error)
    assert (problem.status, problem.code) == (status, code)
    assert problem.detail


def test_what_may_be_repeated_says_when() -> None:
    assert described(Unavailable()).headers["Retry-After"] == "1"
    assert described(CommandOutcomeUnknown()).headers["Retry-After"] == "1"


def test_pointers_are_passed_on() -> None:
    assert described(InvalidInput("/settings/region", "No.")).errors == (FieldError("/settings/region", "No."),)
    assert described(InvalidInput(None, "No.")).errors == ()
    assert described(CredentialRequired()).errors[0].pointer == "/apiKey"
    assert described(InvalidValue("cost_per_1k_tokens", "No.")).errors[0].pointer == "/costPer1kTokens"


def test_dependants_revisions_and_failures_are_passed_on() -> None:
    model_id = UUID(int=7)
    assert described(ProviderHasModels([(model_id, "gpt-x", "GPT X")], 7)).members == {
        "dependants": [{"id": model_id, "modelId": "gpt-x", "name": "GPT X"}],
        "dependantCount": 7,
    }
    stale = described(StaleRevision(9))
    assert (stale.status, stale.members, stale.headers) == (412, {"currentRevision": 9}, {"ETag": '"9"'})
    changed = FieldsChanged(["/name", "/config/topP"])
    bulk = described(BulkRefused([(3, ModelNotFound("No such model.")), (4, changed)]))
    assert bulk.errors == (
        FieldError("/operations/3", "No such model.", "model-not-found"),
        FieldError("/operations/4/name", changed.message, "conflict"),
        FieldError("/operations/4/config/topP", changed.message, "conflict"),
    )
    assert bulk.members["failures"] == [
        {"index": 3, "code": "model-not-found", "message": "No such model."},
        {"index": 4, "code": "conflict", "message": changed.message},
    ]


def test_fields_that_another_request_changed_are_pointed_at() -> None:
    problem = described(FieldsChanged(["/name", "/config/topP"]))
    assert (problem.status, problem.code) == (409, "conflict")
    assert [error.pointer for error in problem.errors] == ["/name", "/config/topP"]


@pytest.mark.parametrize(
    ("category", "status"),
    [("timeout", 504), ("rate_limited", 503), ("overloaded", 503), ("auth_invalid", 502), ("unexpected_body", 502)],
)
def test_a_provider_at_fault_is_a_bad_gateway(category: Category, status: int) -> None:
    failure = CallOutcome(
        category, "No.", hint="Wait.", rate_limit=RateLimit(retry_after_seconds=2.2), upstream_request_id="r1"
    )
    problem = described(UpstreamFailure(failure))
    assert problem.status == status
    assert problem.headers == {"Retry-After": "3"}
    assert problem.members["category"] == category
    assert problem.members["hint"] == "Wait."
    assert problem.members["upstreamRequestId"] == "r1"


def test_the_framework_speaks_in_problems_too() -> None:
    not_allowed = described(web.HTTPMethodNotAllowed("PUT", ["GET", "POST"]))
    assert (not_allowed.status, not_allowed.code, not_allowed.headers) == (
        405,
        "method-not-allowed",
        {"Allow": "GET,POST"},
    )
    assert described(web.HTTPNotFound()).code == "not-found"


def test_mistakes_of_ours_are_not_in_the_table() -> None:
    assert problem_for(NoCaller()) is None
    assert problem_for(KeyError("x")) is None


def test_a_problem_has_every_member_of_the_standard() -> None:
    response = problem_response(described(StaleRevision(2)), instance="/api/ai/models/1", request_id="r")
    assert response.content_type == "application/problem+json"
    assert isinstance(response.body, bytes)
    document = json.loads(response.body)
    assert document == {
        "type": "/api/docs#problem-stale-revision",
        "title": "Stale revision",
        "status": 412,
        "detail": StaleRevision(2).message,
        "instance": "/api/ai/models/1",
        "code": "stale-revision",
        "errors": [],
        "requestId": "r",
        "currentRevision": 2,
    }
