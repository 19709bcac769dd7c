"""Problems in the shape of Anthropic's API, so that its clients raise what they would raise there.

Types and statuses after docs.claude.com/en/api/errors; `x-should-retry` is what its official clients go by first.
"""

from typing import Any, Final

from aiohttp import web

from entrypoints.http.classify_problem import ErrorKind, kind_of
from entrypoints.http.compatible_apis.openai_errors import parameter_of, retry_advice, tokens_of, words_about_failure
from entrypoints.http.json_responses import json_bytes
from entrypoints.http.problems import Problem, ProblemShape

_REQUEST: Final = "invalid_request_error"

ERRORS: Final[dict[ErrorKind, tuple[int | None, str]]] = {
    "invalid_value": (400, _REQUEST),
    "unsupported_parameter": (400, _REQUEST),
    "malformed": (None, _REQUEST),
    "not_authenticated": (401, "authentication_error"),
    "not_allowed": (403, "permission_error"),
    "model_not_found": (404, "not_found_error"),
    "nothing_here": (404, "not_found_error"),
    "method_not_allowed": (405, _REQUEST),
    "conflict": (409, _REQUEST),
    "content_too_large": (413, "request_too_large"),
    "unsupported_content_type": (415, _REQUEST),
    "headers_too_large": (431, _REQUEST),
    "rate_limited": (429, "rate_limit_error"),
    "out_of_money": (402, "billing_error"),
    "prompt_refused": (400, _REQUEST),
    "context_length_exceeded": (400, _REQUEST),
    "content_filter": (400, _REQUEST),
    "overloaded": (529, "overloaded_error"),
    "unavailable": (503, "api_error"),
    "timeout": (504, "timeout_error"),
    "upstream_failed": (502, "api_error"),
    "internal": (None, "api_error"),
}
"""Status and type; none: the problem's own status."""

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What went wrong, in the shape of Anthropic's API.",
    "properties": {
        "type": {"type": "string", "const": "error"},
        "error": {
            "type": "object",
            "properties": {"type": {"type": "string"}, "message": {"type": "string"}},
            "required": ["type", "message"],
        },
        "request_id": {"type": ["string", "null"]},
    },
    "required": ["type", "error", "request_id"],
}


def error_document(problem: Problem, request_id: str) -> dict[str, Any]:
    """Return the error; what is wrong with a part of the request is named before the sentence about it."""
    kind = kind_of(problem)
    sentences = [problem.detail, *words_about_failure(problem.failure)]
    if kind == "context_length_exceeded":
        # The very words by which Claude Code knows that it has to make the conversation shorter.
        limit, used = tokens_of(problem.failure)
        sentences.insert(0, f"prompt is too long: {used or 'more'} tokens > {limit or 'the'} maximum")
    message = " ".join(sentences)
    place = _place(problem)
    error = {"type": ERRORS[kind][1], "message": f"{place}: {message}" if place else message}
    return {"type": "error", "error": error, "request_id": request_id}


def _place(problem: Problem) -> str | None:
    """Return the place of what is wrong as Anthropic writes it: `messages.0.content`."""
    place = parameter_of(problem)
    return None if place is None else place.replace("[", ".").replace("]", "")


def _respond(problem: Problem, *, instance: str, request_id: str) -> web.Response:  # noqa: ARG001 - as every shape
    status, _ = ERRORS[kind_of(problem)]
    own = {"Content-Type": "application/json", "request-id": request_id}
    headers = {**problem.headers, **own, **retry_advice(problem)}
    body = json_bytes(error_document(problem, request_id))
    return web.Response(status=status or problem.status, body=body, headers=headers)


ANTHROPIC_SHAPE: Final = ProblemShape(content_type="application/json", respond=_respond, schema=SCHEMA)
