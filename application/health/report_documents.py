"""A test report as the API shows it and as the recent checks keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID

    from application.ports.provider_gateway import RateLimit, TestReport


def report_document(report: TestReport, provider_id: UUID | None = None) -> dict[str, Any]:
    """Return the report in camelCase, JSON values only; `providerId` only for a saved provider."""
    document: dict[str, Any] = {} if provider_id is None else {"providerId": str(provider_id)}
    timings = report.timings
    return document | {
        "status": report.status,
        "reachable": report.reachable,
        "authenticated": report.authenticated,
        "category": report.category,
        "message": report.message,
        "hint": report.hint,
        "responseTimeMs": round(report.response_time_ms, 1),
        "timings": {
            "dnsMs": timings.dns_ms,
            "connectMs": timings.connect_ms,
            "tlsMs": timings.tls_ms,
            "firstByteMs": timings.first_byte_ms,
        },
        "modelCount": report.model_count,
        "checkedAt": report.checked_at.isoformat(),
        "httpStatus": report.http_status,
        "upstreamRequestId": report.upstream_request_id,
        "rateLimit": rate_limit_document(report.rate_limit),
    }


def rate_limit_document(rate_limit: RateLimit | None) -> dict[str, Any] | None:
    """Return what the provider said of its limits."""
    if rate_limit is None:
        return None
    return {
        "limitRequests": rate_limit.limit_requests,
        "remainingRequests": rate_limit.remaining_requests,
        "limitTokens": rate_limit.limit_tokens,
        "remainingTokens": rate_limit.remaining_tokens,
        "retryAfterSeconds": rate_limit.retry_after_seconds,
    }
