"""Builds connection reports from the outcomes of probes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.providers.error_mapping.health_status import health_status
from application.ports.provider_gateway import TestReport

if TYPE_CHECKING:
    from datetime import datetime

    from application.ports.provider_gateway import CallOutcome


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
