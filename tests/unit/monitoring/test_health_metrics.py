"""What the monitor found, in figures."""

from dataclasses import dataclass

import pytest
from prometheus_client import CollectorRegistry

from entrypoints.monitoring.health_metrics import HealthFigures
from tests.unit.monitoring.check_results import a_check, a_watched_provider


@dataclass(slots=True)
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def figures(registry: CollectorRegistry, clock: Clock) -> HealthFigures:
    return HealthFigures(registry, 100.0, clock=clock)


def by_status(registry: CollectorRegistry) -> dict[str, float | None]:
    statuses = ("unknown", "healthy", "degraded", "unhealthy")
    return {status: registry.get_sample_value("modelbook_health_providers", {"status": status}) for status in statuses}


def test_checks_are_counted_by_what_was_found(registry: CollectorRegistry, figures: HealthFigures) -> None:
    provider = a_watched_provider()
    for category in ("ok", "ok", "timeout"):
        figures.checked(provider, a_check(category=category, response_time_ms=300.0))
    figures.failed()
    assert registry.get_sample_value("modelbook_health_checks_total", {"category": "ok"}) == 2
    assert registry.get_sample_value("modelbook_health_checks_total", {"category": "timeout"}) == 1
    assert registry.get_sample_value("modelbook_health_check_failures_total") == 1
    assert registry.get_sample_value("modelbook_health_check_seconds_sum") == pytest.approx(0.9)
    assert registry.get_sample_value("modelbook_health_check_seconds_bucket", {"le": "0.25"}) == 0
    assert registry.get_sample_value("modelbook_health_check_seconds_bucket", {"le": "0.5"}) == 3


def test_a_provider_counts_where_it_was_seen_last(registry: CollectorRegistry, figures: HealthFigures) -> None:
    provider, other = a_watched_provider(), a_watched_provider()
    figures.checked(provider, a_check(after="unhealthy"))
    figures.checked(other, a_check(after="unhealthy"))
    figures.checked(provider, a_check(after="degraded"))
    assert by_status(registry) == {"unknown": 0, "healthy": 0, "degraded": 1, "unhealthy": 1}


def test_one_that_is_checked_no_more_is_forgotten(
    registry: CollectorRegistry, figures: HealthFigures, clock: Clock
) -> None:
    removed, kept = a_watched_provider(), a_watched_provider()
    figures.checked(removed, a_check())
    for _ in range(3):
        clock.now += 100
        figures.checked(kept, a_check())
        assert by_status(registry)["healthy"] == 2
    clock.now += 1
    assert by_status(registry)["healthy"] == 1


def test_the_figures_of_providers_are_the_monitors(registry: CollectorRegistry, figures: HealthFigures) -> None:
    assert registry.get_sample_value("modelbook_health_monitor") == 0
    figures.elected()
    figures.checked(a_watched_provider(), a_check())
    assert registry.get_sample_value("modelbook_health_monitor") == 1
    figures.deposed()
    assert registry.get_sample_value("modelbook_health_monitor") == 0
    assert by_status(registry)["healthy"] == 0
