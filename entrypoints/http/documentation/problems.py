"""Which problems an operation can answer with: by its route, and by what it says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from application.errors import CommandOutcomeUnknown, RateLimited, Unavailable
from entrypoints.http import refusals
from entrypoints.http.authorization import Access
from entrypoints.http.errors import INTERNAL_ERROR, statuses_of
from entrypoints.http.problems import PROBLEM_DETAILS, Problem, problem_document, problem_type
from entrypoints.http.rate_limits import RATE_LIMIT_HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from entrypoints.http.documentation.schemas import Schema
    from entrypoints.http.problems import ProblemShape
    from entrypoints.http.routes import Route

PROBLEM: Schema = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong, after RFC 9457. Some problems have further members.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Names the kind of problem."},
        "title": {"type": "string", "description": "The kind of problem in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What went wrong, and what to do next."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "code": {"type": "string", "description": "The kind of problem, for programs."},
        "errors": {
            "type": "array",
            "description": "Each part of the request that is not allowed.",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "A JSON pointer into the body; ?name for a query parameter, {name} for a part "
                        "of the path, Name: for a header.",
                    },
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
                "required": ["pointer", "message"],
            },
        },
        "requestId": {"type": "string", "description": "Also in X-Request-Id; the log has it."},
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "errors", "requestId"],
}


class _Kind(Protocol):
    code: str
    __doc__: str | None


def problems_of(route: Route) -> tuple[type[Exception], ...]:
    """Return all refusals that the route can answer with, its own last."""
    found: list[type[Exception]] = []
    if route.access is not Access.PUBLIC:
        found += [refusals.NotAuthenticated, refusals.NotAllowed, refusals.InvalidRequest, Unavailable]
    if route.body is not None:
        found += [refusals.MalformedJson, refusals.ContentTooLarge, refusals.UnsupportedContent]
        found += [refusals.InvalidRequest, refusals.TooManyValues, refusals.MalformedBody, refusals.RequestTooSlow]
        found += [refusals.BodiesTooLarge, refusals.ServiceBusy]
    if route.is_conditional:
        found += [refusals.MalformedCondition, refusals.ConditionFailed]
    if route.query is not None and "cursor" in route.query.model_fields:
        found += [refusals.InvalidCursor]
    if route.takes_keys and route.access is not Access.PUBLIC:
        found += [refusals.MalformedIdempotencyKey, refusals.IdempotencyKeyReused]
        found += [refusals.CommandInFlight, refusals.AnswerNotKept]
    if route.method not in {"GET", "HEAD"} and route.access.is_for_organizations:
        found += [CommandOutcomeUnknown]
    if route.rate_limit is not None:
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
        503: ["Retry-After"],
    }
    chosen = ["X-Request-Id", *names.get(status, [])]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in chosen}


def example_of_problem(listed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the problem details of a kind of problem from the catalogue, as they may look."""
    problem = Problem(status=listed["statuses"][0], code=listed["code"], detail=listed["meaning"])
    return problem_document(problem, instance="/api/ai/models", request_id="2f4b4c699f7b0f6f5f1c2a3d0c8f7d5e")


def catalogue_of(routes: Sequence[Route]) -> list[dict[str, Any]]:
    """Return every kind of problem there is in these routes: what its reference leads to."""
    kinds = {*(kind for route in routes for kind in problems_of(route))}
    listed = {code_of(kind): _listed(code_of(kind), statuses_of(kind), sentence_of(kind)) for kind in kinds}
    listed[INTERNAL_ERROR.code] = _listed(INTERNAL_ERROR.code, (INTERNAL_ERROR.status,), INTERNAL_ERROR.detail)
    return [listed[code] for code in sorted(listed)]


def _listed(code: str, statuses: Sequence[int], sentence: str) -> dict[str, Any]:
    return {"code": code, "type": problem_type(code), "statuses": list(statuses), "meaning": sentence}


def code_of(kind: type[Exception]) -> str:
    """Return the stable code of a refusal."""
    return cast("_Kind", kind).code


def sentence_of(kind: type[Exception]) -> str:
    """Return the first paragraph of what the refusal says."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())
