"""Problems in the shape of OpenAI's API, so that its clients raise what they would raise there.

Shape and codes after https://platform.openai.com/docs/guides/error-codes; `x-should-retry` is what its official
clients go by before they look at the status.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from aiohttp import web

from application.ports.provider_gateway import CallOutcome
from entrypoints.http.classify_problem import ErrorKind, kind_of
from entrypoints.http.json_responses import json_bytes
from entrypoints.http.problems import Problem, ProblemShape

_INDEX: Final = re.compile(r"\.(\d+)")
_REQUEST: Final = "invalid_request_error"

ERRORS: Final[dict[ErrorKind, tuple[int | None, str, str | None]]] = {
    "invalid_value": (400, _REQUEST, "invalid_value"),
    "unsupported_parameter": (400, _REQUEST, "unsupported_parameter"),
    "malformed": (None, _REQUEST, None),
    "not_authenticated": (401, _REQUEST, "invalid_api_key"),
    "not_allowed": (403, "permission_error", None),
    "model_not_found": (404, _REQUEST, "model_not_found"),
    "nothing_here": (404, _REQUEST, "unknown_url"),
    "method_not_allowed": (405, _REQUEST, "method_not_allowed"),
    "conflict": (409, _REQUEST, None),
    "content_too_large": (413, _REQUEST, "content_too_large"),
    "unsupported_content_type": (415, _REQUEST, "unsupported_content_type"),
    "headers_too_large": (431, _REQUEST, "headers_too_large"),
    "rate_limited": (429, "rate_limit_error", "rate_limit_exceeded"),
    "out_of_money": (429, "insufficient_quota", "insufficient_quota"),
    "prompt_refused": (400, _REQUEST, "provider_refused_request"),
    "context_length_exceeded": (400, _REQUEST, "context_length_exceeded"),
    "content_filter": (400, _REQUEST, "content_filter"),
    "overloaded": (503, "service_unavailable_error", "server_is_overloaded"),
    "unavailable": (503, "service_unavailable_error", "service_unavailable"),
    "timeout": (504, "timeout", "timeout"),
    "upstream_failed": (502, "server_error", None),
    "internal": (None, "server_error", None),
}
"""Status, type and code; none: the problem's own status, and its category or code in snake case."""

_PARAMETERS: Final[dict[ErrorKind, str]] = {
    "model_not_found": "model",
    "context_length_exceeded": "messages",
    "content_filter": "prompt",
}
_FILTERED: Final = "The response was filtered due to the prompt triggering the provider's content management policy."

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What went wrong, in the shape of OpenAI's API.",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
            "required": ["message", "type", "param", "code"],
        }
    },
    "required": ["error"],
}


def error_document(problem: Problem) -> dict[str, Any]:
    """Return the error; what is wrong with a part of the request is named as OpenAI names it: `messages[0].content`."""
    kind = kind_of(problem)
    _, type_, code = ERRORS[kind]
    sentences = (_known_words(kind, problem), problem.detail, *words_about_failure(problem.failure))
    return {
        "error": {
            "message": " ".join(sentence for sentence in sentences if sentence),
            "type": type_,
            "param": _PARAMETERS.get(kind) or parameter_of(problem),
            "code": code or (problem.failure.category if problem.failure else problem.code.replace("-", "_")),
        }
    }


def _respond(problem: Problem, *, instance: str, request_id: str) -> web.Response:  # noqa: ARG001 - every shape gets them
    status, _, _ = ERRORS[kind_of(problem)]
    headers = {**problem.headers, "Content-Type": "application/json", **retry_advice(problem)}
    return web.Response(status=status or problem.status, body=json_bytes(error_document(problem)), headers=headers)


def _known_words(kind: ErrorKind, problem: Problem) -> str | None:
    """Return the words by which clients know an error that they can do something about, such as shorten the prompt."""
    if kind == "content_filter":
        return _FILTERED
    if kind != "context_length_exceeded":
        return None
    limit, used = tokens_of(problem.failure)
    words = f"This model's maximum context length is {f'{limit} tokens' if limit else 'exceeded'}."
    return f"{words} However, your messages resulted in {used} tokens." if used else words


def retry_advice(problem: Problem) -> dict[str, str]:
    """Return the header by which the official clients know whether to repeat a request."""
    if problem.failure is not None:
        return {"x-should-retry": "true" if problem.failure.is_retryable else "false"}
    if kind_of(problem) == "out_of_money":
        return {"x-should-retry": "false"}
    # To those clients a conflict is worth repeating.
    return {"x-should-retry": "false"} if problem.status == 409 else {}  # noqa: PLR2004


def words_about_failure(failure: CallOutcome | None) -> Iterator[str]:
    """Yield the provider's own message, with the id by which its support finds the request, and what to do."""
    if failure is None:
        return
    if failure.upstream_message:
        request = f" (its request {failure.upstream_request_id})" if failure.upstream_request_id else ""
        yield f'The provider answered: "{failure.upstream_message}"{request}.'
    if failure.hint:
        yield failure.hint


def tokens_of(failure: CallOutcome | None) -> tuple[int | None, int | None]:
    """Return how many tokens the model can take and how many the prompt has; none: not reported."""
    context = failure.context if failure else None
    return (context.limit, context.used) if context else (None, None)


def parameter_of(problem: Problem) -> str | None:
    """Return the place of what is wrong as OpenAI writes it: `messages[0].content`; none where no place is."""
    if not problem.errors or not problem.errors[0].pointer.startswith("/"):
        return None
    return _INDEX.sub(r"[\1]", problem.errors[0].pointer[1:].replace("/", "."))


OPENAI_SHAPE: Final = ProblemShape(content_type="application/json", respond=_respond, schema=SCHEMA)
