"""Failures of providers as plain JSON values, to be kept for others who wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from application.ports.provider_gateway import CallOutcome, RateLimit, UpstreamFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

QUIET_SECONDS: Final = 10.0
"""How long a provider that did not answer is not queried again, unless a person requests it."""

# A provider may request an hour; a person who has put things right should not wait for that.
_LONGEST_QUIET: Final = 300.0
_KEPT: Final = (
    "category",
    "message",
    "hint",
    "http_status",
    "upstream_request_id",
    "is_retryable",
    "authenticated",
)
_WAIT: Final = "retry_after_seconds"


def failure_document(failure: CallOutcome) -> dict[str, Any]:
    """Return the failure as JSON values."""
    return {name: getattr(failure, name) for name in (*_KEPT, _WAIT)}


def failure_from(document: Mapping[str, Any]) -> UpstreamFailure:
    """Return the failure that a document was made of."""
    values = {name: document[name] for name in _KEPT if name in document}
    limits = RateLimit(retry_after_seconds=document.get(_WAIT))
    return UpstreamFailure(CallOutcome(**values, rate_limit=limits))


def quiet_seconds(failure: CallOutcome) -> float:
    """Return for how long another query is too soon: as long as the provider says, within bounds."""
    return min(max(QUIET_SECONDS, failure.retry_after_seconds or 0.0), _LONGEST_QUIET)
