"""Problems in the Messages API."""

from typing import Any

import pytest

from application.ports.provider_gateway import CallOutcome, ContextUse
from entrypoints.http.compatible_apis.messages.errors import error_document
from entrypoints.http.problems import Problem
from entrypoints.http.request_errors import FieldError


def _error(**facts: Any) -> dict[str, Any]:  # noqa: ANN401 - the fields of a problem
    usual: dict[str, Any] = {"status": 422, "code": "upstream-failed", "detail": "It did not work."}
    document = error_document(Problem(**usual | facts), "req_1")
    assert (document["type"], document["request_id"]) == ("error", "req_1")
    error: dict[str, Any] = document["error"]
    return error


@pytest.mark.parametrize(
    ("context", "words"),
    [
        (ContextUse(limit=200_000, used=210_000), "prompt is too long: 210000 tokens > 200000 maximum"),
        (ContextUse(), "prompt is too long: more tokens > the maximum"),
        (None, "prompt is too long:"),
    ],
)
def test_too_long_a_prompt_has_the_words_that_claude_code_looks_for(context: ContextUse | None, words: str) -> None:
    """Trap 22."""
    error = _error(failure=CallOutcome("context_length_exceeded", "No.", context=context))
    assert error["type"] == "invalid_request_error"
    assert error["message"].startswith(words)


def test_what_is_wrong_is_placed_as_anthropic_places_it() -> None:
    wrong = FieldError("/messages/0/content", "is missing")
    assert _error(code="invalid-input", errors=(wrong,))["message"] == "messages.0.content: It did not work."


@pytest.mark.parametrize(
    ("facts", "type_"),
    [
        ({"status": 401, "code": "not-authenticated"}, "authentication_error"),
        ({"status": 403, "code": "not-allowed"}, "permission_error"),
        ({"status": 404, "code": "model-not-found"}, "not_found_error"),
        ({"status": 404, "code": "tokens-not-counted"}, "not_found_error"),
        ({"status": 413, "code": "x"}, "request_too_large"),
        ({"failure": CallOutcome("rate_limited", "No.")}, "rate_limit_error"),
        ({"failure": CallOutcome("billing_exhausted", "No.")}, "billing_error"),
        ({"failure": CallOutcome("overloaded", "No.")}, "overloaded_error"),
        ({"failure": CallOutcome("timeout", "No.")}, "timeout_error"),
        ({"failure": CallOutcome("provider_error", "No.")}, "api_error"),
        ({"failure": CallOutcome("auth_invalid", "No.")}, "api_error"),
    ],
)
def test_types(facts: dict[str, Any], type_: str) -> None:
    assert _error(**facts)["type"] == type_
