"""Problem details (RFC 9457): what they contain, and how they are answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from application.ports.provider_gateway import CallOutcome
from entrypoints.http.json_responses import json_bytes
from entrypoints.http.request_errors import FieldError

PROBLEM_CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem, before it is written as a document. `members` are those besides the standard ones.

    `failure` is the provider's, where it is one; its facts are among the members.
    """

    status: int
    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, object] = field(default_factory=dict)
    failure: CallOutcome | None = None

    @property
    def type(self) -> str:
        """Return the reference that names this kind of problem; the documentation page has the place."""
        return problem_type(self.code)

    @property
    def title(self) -> str:
        """Return the kind of problem in words."""
        return self.code.replace("-", " ").capitalize()


def problem_type(code: str) -> str:
    """Return the relative reference for a code; it resolves to a place in the documentation."""
    return f"/api/docs#problem-{code}"


def problem_response(problem: Problem, *, instance: str, request_id: str) -> web.Response:
    """Return the answer for a problem with the request to this path."""
    body = json_bytes(problem_document(problem, instance=instance, request_id=request_id))
    return web.Response(
        status=problem.status, body=body, headers={**problem.headers, "Content-Type": PROBLEM_CONTENT_TYPE}
    )


def problem_document(problem: Problem, *, instance: str, request_id: str) -> dict[str, object]:
    """Return the problem details; the problem's own members never take the place of a standard one."""
    return {
        **problem.members,
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        "code": problem.code,
        "errors": [problem_error(error) for error in problem.errors],
        "requestId": request_id,
    }


def problem_error(error: FieldError) -> dict[str, str]:
    """Return one of the `errors` of a problem."""
    described = {"pointer": error.pointer, "message": error.message}
    return described if error.code is None else {**described, "code": error.code}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemShape:
    """How the problems of a route are put on paper.

    `respond` takes the problem and the keywords `instance` and `request_id`; `schema` is for the documentation.
    """

    content_type: str
    respond: Callable[..., web.Response]
    schema: Mapping[str, object]


PROBLEM_DETAILS = ProblemShape(
    content_type=PROBLEM_CONTENT_TYPE, respond=problem_response, schema={"$ref": "#/components/schemas/Problem"}
)
"""The usual one; routes that keep to somebody else's API have another."""
