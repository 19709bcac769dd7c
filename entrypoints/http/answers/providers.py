"""Schemas of answers about providers."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from application.ports.provider_gateway import Category
from entrypoints.http.answers.response_model import Pagination, ResponseModel, Tenths, TimeText

Health = Literal["unknown", "healthy", "degraded", "unhealthy"]


class KeyHint(ResponseModel):
    """What is shown of a key."""

    hint: str
    version: int
    set_at: datetime


class Provider(ResponseModel):
    """A provider. Of extra headers the names alone are shown."""

    id: UUID
    organization_id: UUID
    name: str
    provider_type: str
    endpoint: str
    settings: dict[str, Any]
    is_enabled: bool
    api_key: KeyHint | None
    extra_headers: list[str]
    health_status: Health
    last_health_check: datetime | None
    created_at: datetime
    updated_at: datetime
    revision: int


class ProviderList(ResponseModel):
    """A page of providers."""

    data: list[Provider]
    pagination: Pagination


class Timings(ResponseModel):
    """Milliseconds; null where the phase did not happen."""

    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    first_byte_ms: float | None


class UpstreamRateLimit(ResponseModel):
    """What the provider says about its own limits; null where it is silent."""

    limit_requests: int | None
    remaining_requests: int | None
    limit_tokens: int | None
    remaining_tokens: int | None
    retry_after_seconds: float | None


class TestReport(ResponseModel):
    """The result of a connection test. `authenticated` is null when the answer does not show it."""

    __test__ = False

    provider_id: UUID | None = None
    status: Health
    reachable: bool
    authenticated: bool | None
    category: Category
    message: str
    hint: str | None
    response_time_ms: Tenths
    timings: Timings
    model_count: int | None
    checked_at: TimeText
    http_status: int | None
    upstream_request_id: str | None
    rate_limit: UpstreamRateLimit | None


class Streak(ResponseModel):
    """How many checks in a row failed, or did not; one of the two is 0."""

    failures: int
    successes: int


class ProviderHealth(ResponseModel):
    """The status of a provider, with its recent checks, newest first. `nextCheckAt` is null when none is to come."""

    provider_id: UUID
    status: Health
    since: datetime
    streak: Streak
    last_check_at: datetime | None
    next_check_at: datetime | None
    data: list[TestReport]
