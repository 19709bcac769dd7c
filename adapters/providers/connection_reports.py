"""Reports of probes, and which health status an error category means, for them and for the health monitor."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from application.ports.provider_gateway import CallOutcome, Category, Concern, HealthStatus, TestReport

_STATUS: Final[Mapping[Category, HealthStatus]] = {
    "ok": "healthy",
    # It works, if not at this moment.
    "rate_limited": "degraded",
    "overloaded": "degraded",
    # Our own request was wrong, which says nothing about the provider.
    "bad_request": "unknown",
    "content_filter": "unknown",
    "context_length_exceeded": "unknown",
    "auth_forbidden": "unhealthy",
    "auth_invalid": "unhealthy",
    "billing_exhausted": "unhealthy",
    "endpoint_refused": "unhealthy",
    "not_found": "unhealthy",
    "provider_error": "unhealthy",
    "region_blocked": "unhealthy",
    "timeout": "unhealthy",
    "tls": "unhealthy",
    "unexpected_body": "unhealthy",
    "unreachable": "unhealthy",
}

_WHEN_ONLY_THE_LIST_IS_CONCERNED: Final[Mapping[Category, HealthStatus]] = {
    # The key is good, and prompts may work.
    "auth_forbidden": "degraded",
    # A server without a list cannot be tested for free.
    "not_found": "unknown",
}


def health_status(category: Category, concerns: Concern = "provider") -> HealthStatus:
    """Return the health status for an error category."""
    listed = _WHEN_ONLY_THE_LIST_IS_CONCERNED.get(category) if concerns == "listing" else None
    return listed or _STATUS[category]


def report(outcome: CallOutcome, *, response_time_ms: float, checked_at: datetime) -> TestReport:
    """Return the report of a probe."""
    return TestReport(
        status=health_status(outcome.category, outcome.concerns),
        reachable=_was_reached(outcome),
        outcome=outcome,
        response_time_ms=round(response_time_ms, 3),
        checked_at=checked_at,
    )


def _was_reached(outcome: CallOutcome) -> bool:
    """Return whether the provider sent any response."""
    return (
        outcome.http_status is not None
        or outcome.timings.first_byte_ms is not None
        or outcome.category in {"ok", "unexpected_body"}
    )
