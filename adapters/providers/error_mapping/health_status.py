"""Maps error categories to health statuses, for connection tests and for the health monitor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.ports.provider_gateway import Category, Concern, HealthStatus

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
