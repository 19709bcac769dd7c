"""What a check found, of which a test says only what matters to it."""

from datetime import UTC, datetime
from uuid import uuid4

from application.health.check_provider import Checked
from application.health.monitor_election import ProviderToCheck
from application.ports.provider_gateway import CallOutcome, Category, HealthStatus, TestReport


def a_watched_provider() -> ProviderToCheck:
    return ProviderToCheck(organization_id=uuid4(), provider_id=uuid4())


def a_check(
    before: HealthStatus = "healthy",
    after: HealthStatus = "healthy",
    category: Category = "ok",
    response_time_ms: float = 20.0,
) -> Checked:
    report = TestReport(
        status=after,
        reachable=True,
        outcome=CallOutcome(category, "The provider answered.", model_count=3),
        response_time_ms=response_time_ms,
        checked_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    return Checked(report=report, before=before, after=after)
