"""Problems in the shape of OpenAI's API, so that its clients raise what they would raise there.

Shape and codes after https://platform.openai.com/docs/guides/error-codes; `x-should-retry` is what its official
clients go by before they look at the status.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from entrypoints.http.problems import ProblemShape
from entrypoints.http.responses import json_bytes

if TYPE_CHECKING:
    from entrypoints.http.problems import Problem

_INDEX: Final = re.compile(r"\.(\d+)")

_UPSTREAM: Final = {
    "rate_limited": (429, "requests", "rate_limit_exceeded"),
    "billing_exhausted": (429, "insufficient_quota", "insufficient_quota"),
    "overloaded": (503, "service_unavailable_error", "server_is_overloaded"),
    "timeout": (504, "timeout", "timeout"),
    "bad_request": (400, "invalid_request_error", "provider_refused_request"),
    "not_found": (404, "invalid_request_error", "model_not_found"),
}
"""By the category of a provider's failure; the others are 502 with the category as the code."""

_KINDS: Final = {
    "model-not-found": (404, "invalid_request_error", "model_not_found"),
    "not-authenticated": (401, "invalid_request_error", "invalid_api_key"),
    "invalid-input": (400, "invalid_request_error", "invalid_value"),
}

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
    _, kind, code = _meaning(problem)
    message = problem.detail
    hint = problem.members.get("hint")
    param = "model" if code == "model_not_found" else _parameter(problem)
    return {"error": {"message": f"{message} {hint}" if hint else message, "type": kind, "param": param, "code": code}}


def _respond(problem: Problem, *, instance: str, request_id: str) -> web.Response:  # noqa: ARG001 - every shape gets them
    status, _, _ = _meaning(problem)
    headers = {**problem.headers, "Content-Type": "application/json"}
    retryable = problem.members.get("retryable")
    if retryable is not None or status == 409:  # noqa: PLR2004 - to those clients a conflict is worth repeating
        headers["x-should-retry"] = "true" if retryable else "false"
    return web.Response(status=status, body=json_bytes(error_document(problem)), headers=headers)


def _meaning(problem: Problem) -> tuple[int, str, str]:
    """Return the status, and OpenAI's type and code."""
    if problem.code in _KINDS:
        return _KINDS[problem.code]
    category = problem.members.get("category")
    if isinstance(category, str):
        return _UPSTREAM.get(category, (502, "server_error", category))
    kind = "server_error" if problem.status >= 500 else "invalid_request_error"  # noqa: PLR2004 - classes of status
    return problem.status, kind, problem.code.replace("-", "_")


def _parameter(problem: Problem) -> str | None:
    if not problem.errors or not problem.errors[0].pointer.startswith("/"):
        return None
    return _INDEX.sub(r"[\1]", problem.errors[0].pointer[1:].replace("/", "."))


OPENAI_SHAPE: Final = ProblemShape(content_type="application/json", respond=_respond, schema=SCHEMA)
