"""Finds the problems that an operation can answer with, from its route and its own list."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, cast

from aiohttp import web

from application.errors import CommandOutcomeUnknown, RateLimited, Unavailable
from domain.errors import InvalidValue
from entrypoints.http import request_errors
from entrypoints.http.answers.problems import WITH_MEMBERS, ProblemDetails
from entrypoints.http.answers.problems import code_of as code_of_answer
from entrypoints.http.authorization import Access
from entrypoints.http.documentation.examples import example_of
from entrypoints.http.documentation.schemas import Schema, Schemas
from entrypoints.http.errors import INTERNAL_ERROR, problem_for, statuses_of
from entrypoints.http.problems import PROBLEM_DETAILS, Problem, ProblemShape, problem_document, problem_type
from entrypoints.http.rate_limits import RATE_LIMIT_HEADERS
from entrypoints.http.routes import Route
from entrypoints.http.transport import HEADERS_TOO_LARGE, MALFORMED

_KINDS = {code_of_answer(kind): kind for kind in WITH_MEMBERS}


class _Kind(Protocol):
    code: str
    __doc__: str | None


def problems_of(route: Route) -> tuple[type[Exception], ...]:
    """Return all refusals that the route can answer with, its own last."""
    found: list[type[Exception]] = []
    if route.access is not Access.PUBLIC:
        found += [
            request_errors.NotAuthenticated,
            request_errors.NotAllowed,
            request_errors.InvalidRequest,
            Unavailable,
        ]
    if route.body is not None:
        found += [request_errors.MalformedJson, request_errors.ContentTooLarge, request_errors.UnsupportedContent]
        found += [
            request_errors.InvalidRequest,
            InvalidValue,
            request_errors.TooManyValues,
            request_errors.MalformedBody,
        ]
        found += [request_errors.RequestTooSlow]
        found += [request_errors.BodiesTooLarge, request_errors.ServiceBusy]
    if route.is_conditional:
        found += [request_errors.MalformedCondition, request_errors.ConditionFailed]
    if route.query is not None and "cursor" in route.query.model_fields:
        found += [request_errors.InvalidCursor]
    if route.takes_keys and route.access is not Access.PUBLIC:
        found += [request_errors.MalformedIdempotencyKey, request_errors.IdempotencyKeyReused]
        found += [request_errors.CommandInFlight, request_errors.AnswerNotKept]
    if route.method == "POST" and not route.replayable and route.access is not Access.PUBLIC:
        found += [request_errors.NotReplayable]
    if route.method not in {"GET", "HEAD"} and route.access.is_for_organizations:
        found += [CommandOutcomeUnknown]
    if route.access.is_for_organizations:
        found += [RateLimited]
    return tuple(dict.fromkeys([*found, *route.problems]))


def problem_responses(route: Route) -> dict[str, Any]:
    """Return the responses of an operation that are problems, by status, each kind with an example."""
    by_status: dict[int, list[type[Exception]]] = {}
    for kind in problems_of(route):
        for status in statuses_of(kind):
            by_status.setdefault(status, []).append(kind)
    shape = route.problem_shape
    responses = {str(status): _response(status, kinds, shape) for status, kinds in sorted(by_status.items())}
    unforeseen = {"headers": _headers(INTERNAL_ERROR.status), "content": _content([INTERNAL_ERROR.code], shape)}
    return {**responses, "default": {"description": "Any other problem.", **unforeseen}}


def _response(status: int, kinds: Sequence[type[Exception]], shape: ProblemShape) -> dict[str, Any]:
    sentences = {code_of(kind): sentence_of(kind) for kind in kinds}
    description = "\n\n".join(f"`{code}`: {sentence}" for code, sentence in sentences.items())
    return {"description": description, "headers": _headers(status), "content": _content(sentences, shape)}


def _content(codes: Iterable[str], shape: ProblemShape) -> dict[str, Any]:
    if shape is not PROBLEM_DETAILS:
        return {shape.content_type: {"schema": dict(shape.schema)}}
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    return {shape.content_type: {"schema": dict(shape.schema), "examples": examples}}


def _headers(status: int) -> dict[str, Any]:
    names = {
        401: ["WWW-Authenticate"],
        409: ["Retry-After"],
        429: ["Retry-After", *RATE_LIMIT_HEADERS],
        500: ["Log-Position"],
        503: ["Retry-After", "Log-Position"],
    }
    chosen = ["X-Request-Id", *names.get(status, [])]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in chosen}


def problem_schemas(catalogue: Sequence[Mapping[str, Any]], schemas: Schemas) -> dict[str, Schema]:
    """Return the schema of all problems, `Problem`, and the one of those without further members, by name.

    The code is the discriminator, also for a compiler: each schema names its own.
    """
    codes = sorted({listed["code"] for listed in catalogue} - _KINDS.keys())
    simple = {
        "description": "A problem that has no further members.",
        "properties": {"code": {"type": "string", "enum": codes, "description": "The kind of problem, for programs."}},
        "required": ["code"],
    }
    kinds = [schemas.of_answer(kind) for kind in WITH_MEMBERS]
    return {
        "SimpleProblem": {"allOf": [schemas.of_answer(ProblemDetails), {"type": "object", **simple}]},
        "Problem": {
            "description": "What went wrong, after RFC 9457. The `code` determines the members.",
            "anyOf": [{"$ref": "#/components/schemas/SimpleProblem"}, *kinds],
        },
    }


def example_of_problem(listed: Mapping[str, Any], schemas: Schemas) -> dict[str, Any]:
    """Return the problem details of a kind of problem from the catalogue, as they may look."""
    kind = _KINDS.get(listed["code"])
    members = {} if kind is None else example_of(schemas.of_answer(kind), schemas)
    problem = Problem(status=listed["statuses"][0], code=listed["code"], detail=listed["meaning"], members=members)
    return problem_document(problem, instance="/api/ai/models", request_id="2f4b4c699f7b0f6f5f1c2a3d0c8f7d5e")


def catalogue_of(routes: Sequence[Route]) -> list[dict[str, Any]]:
    """Return every kind of problem there is in these routes: what its reference leads to."""
    # In order: of two kinds with one code the later is described, in every process the same.
    kinds = dict.fromkeys(kind for route in routes for kind in problems_of(route))
    listed = {code_of(kind): _listed(code_of(kind), statuses_of(kind), sentence_of(kind)) for kind in kinds}
    for problem in _without_a_route():
        listed[problem.code] = _listed(problem.code, (problem.status,), problem.detail)
    return [listed[code] for code in sorted(listed)]


def description_of_problems(catalogue: Sequence[Mapping[str, Any]]) -> str:
    """Return a chapter in Markdown that explains each kind of problem, under its code."""
    kinds = [
        f"## {listed['code']}\n\nStatus {' or '.join(map(str, listed['statuses']))}: {listed['meaning']}"
        for listed in catalogue
    ]
    return "\n\n".join(["# Problems", "Every `code` that a problem can have, and what it means.", *kinds])


def _without_a_route() -> list[Problem]:
    """Return the problems that can come before a route is found, or behind every one."""
    unrouted = (web.HTTPNotFound(), web.HTTPMethodNotAllowed("GET", ["POST"]), web.HTTPExpectationFailed())
    described = [problem for error in unrouted if (problem := problem_for(error)) is not None]
    return [INTERNAL_ERROR, MALFORMED, HEADERS_TOO_LARGE, *described]


def _listed(code: str, statuses: Sequence[int], sentence: str) -> dict[str, Any]:
    return {"code": code, "type": problem_type(code), "statuses": list(statuses), "meaning": sentence}


def code_of(kind: type[Exception]) -> str:
    """Return the stable code of a refusal."""
    return cast("_Kind", kind).code


def sentence_of(kind: type[Exception]) -> str:
    """Return the first paragraph of the refusal's message."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())
