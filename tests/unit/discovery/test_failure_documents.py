"""A failure survives being kept for others, without what is nobody's business."""

import json

import pytest

from application.discovery.kept_documents import failure_document, failure_from, quiet_seconds
from application.ports.provider_gateway import CallOutcome, RateLimit
from tests.prompt_setup import a_failure


def test_a_failure_comes_back_as_it_was() -> None:
    failure = CallOutcome(
        "rate_limited",
        "Too many requests.",
        hint="Wait.",
        http_status=429,
        upstream_request_id="req_1",
        is_retryable=True,
        authenticated=True,
        rate_limit=RateLimit(limit_requests=1, retry_after_seconds=12.5),
    )
    again = failure_from(json.loads(json.dumps(failure_document(failure)))).failure
    assert failure_document(again) == failure_document(failure)
    assert (again.message, again.category, again.http_status) == ("Too many requests.", "rate_limited", 429)
    assert (again.retry_after_seconds, again.is_retryable, again.authenticated) == (12.5, True, True)


def test_what_another_version_has_left_out_is_not_known() -> None:
    failure = failure_from({"message": "No.", "category": "timeout"}).failure
    assert (failure.category, failure.hint, failure.is_retryable) == ("timeout", None, False)


@pytest.mark.parametrize(("asked_for", "expected"), [(None, 10.0), (0.5, 10.0), (42.0, 42.0), (86_400.0, 300.0)])
def test_a_provider_is_left_alone_as_long_as_it_says_within_reason(asked_for: float | None, expected: float) -> None:
    assert quiet_seconds(a_failure("rate_limited", retry_after_seconds=asked_for).failure) == expected
