"""Classifies problems into error kinds, which every API's table of errors covers."""

from typing import Final, Literal

from application.ports.provider_gateway import Category
from entrypoints.http.problems import Problem

ErrorKind = Literal[
    "invalid_value",
    "unsupported_parameter",
    "malformed",
    "not_authenticated",
    "not_allowed",
    "model_not_found",
    "nothing_here",
    "method_not_allowed",
    "conflict",
    "content_too_large",
    "unsupported_content_type",
    "headers_too_large",
    "rate_limited",
    "out_of_money",
    "prompt_refused",
    "context_length_exceeded",
    "content_filter",
    "overloaded",
    "unavailable",
    "timeout",
    "upstream_failed",
    "internal",
]

UNSUPPORTED: Final = "unsupported-parameter"
"""The code of a `FieldError` about a field that an API does not know."""

_BY_CATEGORY: Final[dict[Category, ErrorKind]] = {
    "rate_limited": "rate_limited",
    "billing_exhausted": "out_of_money",
    "overloaded": "overloaded",
    "timeout": "timeout",
    "bad_request": "prompt_refused",
    "context_length_exceeded": "context_length_exceeded",
    "content_filter": "content_filter",
    "not_found": "model_not_found",
}
"""By the category of a provider's failure; its other categories are not the client's affair."""

_BY_CODE: Final[dict[str, ErrorKind]] = {
    "invalid-input": "invalid_value",
    "unsupported-parameter": "unsupported_parameter",
    "model-not-found": "model_not_found",
    "unavailable": "unavailable",
    "budget-exceeded": "out_of_money",
}

_BY_STATUS: Final[dict[int, ErrorKind]] = {
    401: "not_authenticated",
    403: "not_allowed",
    404: "nothing_here",
    405: "method_not_allowed",
    409: "conflict",
    413: "content_too_large",
    415: "unsupported_content_type",
    429: "rate_limited",
    431: "headers_too_large",
    503: "unavailable",
    504: "timeout",
}


def kind_of(problem: Problem) -> ErrorKind:
    """Return the kind of a problem: by what the provider meant, else by its own code, else by its status."""
    if problem.failure is not None:
        return _BY_CATEGORY.get(problem.failure.category, "upstream_failed")
    if problem.errors and all(error.code == UNSUPPORTED for error in problem.errors):
        return "unsupported_parameter"
    known = _BY_CODE.get(problem.code) or _BY_STATUS.get(problem.status)
    return known or ("internal" if problem.status >= 500 else "malformed")  # noqa: PLR2004 - a class of status
