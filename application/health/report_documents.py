"""The fields of a test report by name: what is shown of it, and what the recent checks keep."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from application.ports.provider_gateway import TestReport

_OF_THE_OUTCOME: Final = (
    "authenticated",
    "category",
    "message",
    "hint",
    "http_status",
    "upstream_request_id",
    "rate_limit",
    "model_count",
    "timings",
)


def report_fields(report: TestReport) -> dict[str, Any]:
    """Return the fields of the report, and those of its outcome that hold no word of the provider's own."""
    fields = asdict(report)
    outcome = fields.pop("outcome")
    return fields | {name: outcome[name] for name in _OF_THE_OUTCOME}
