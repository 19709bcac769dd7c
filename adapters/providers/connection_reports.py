"""Builds connection reports from findings and outbound failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.providers.error_mapping.health_status import health_status
from application.ports.provider_adapter import Finding
from application.ports.provider_gateway import TestReport

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from application.ports.outbound_http import FailureCategory, OutboundFailure
    from application.ports.provider_gateway import Category, UpstreamFailure

_HINTS: Final[Mapping[FailureCategory, str]] = {
    "unreachable": "Check the host and port of the endpoint, and that the server is running and lets this service in.",
    "timeout": "Try again; if it lasts, check the endpoint and look at the provider's status page.",
    "tls": "Check that the endpoint's name is the one in the server's certificate, and who has signed that.",
    "endpoint_refused": "Choose a public https address, or ask the operator of this service to allow this one.",
    "unexpected_body": "Check that the endpoint is the API's base address, and whether a proxy stands between.",
}
_A_REPEAT_MAY_HELP: Final = frozenset({"timeout", "unreachable"})


def finding_of_outbound_failure(failure: OutboundFailure) -> Finding:
    """Return the finding for a call without a readable response."""
    return Finding(
        category=failure.category,
        message=failure.message,
        hint=_HINTS[failure.category],
        is_retryable=failure.category in _A_REPEAT_MAY_HELP or failure.broke_off,
        timings=failure.timings,
    )


def finding_of_failure(failure: UpstreamFailure) -> Finding:
    """Return an adapter's own failure as a finding."""
    return Finding(
        category=failure.category,
        message=failure.message,
        hint=failure.hint,
        authenticated=failure.authenticated,
        is_retryable=failure.is_retryable,
        http_status=failure.http_status,
        upstream_request_id=failure.upstream_request_id,
        rate_limit=failure.rate_limit,
        context=failure.context,
        upstream_message=failure.upstream_message,
    )


def timeout_finding(label: str, seconds: float) -> Finding:
    """Return the finding for a call that exceeded its deadline."""
    return Finding(
        category="timeout",
        message=f"{label} did not answer within {seconds:g} seconds.",
        hint=_HINTS["timeout"],
        is_retryable=True,
    )


def report(finding: Finding, *, response_time_ms: float, checked_at: datetime) -> TestReport:
    """Return the report of a probe."""
    return TestReport(
        status=health_status(finding.category, finding.concerns),
        reachable=_was_reached(finding.category, finding),
        authenticated=finding.authenticated,
        category=finding.category,
        message=finding.message,
        hint=finding.hint,
        response_time_ms=round(response_time_ms, 3),
        timings=finding.timings,
        model_count=finding.model_count,
        checked_at=checked_at,
        upstream_request_id=finding.upstream_request_id,
        rate_limit=finding.rate_limit,
        http_status=finding.http_status,
    )


def _was_reached(category: Category, finding: Finding) -> bool:
    """Return whether the provider sent any response."""
    return (
        finding.http_status is not None
        or finding.timings.first_byte_ms is not None
        or category in {"ok", "unexpected_body"}
    )
