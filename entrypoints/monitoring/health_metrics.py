"""Prometheus metrics of the health monitor, set in the one process that is the monitor."""

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from application.health.check_provider import Checked
from application.health.monitor_election import ProviderToCheck
from domain.provider.values import HEALTH_STATUSES

BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5)
"""Seconds: a check takes at most 2."""

_MISSED_INTERVALS: Final = 3


class HealthFigures:
    """Counts checks by category; providers by the status that the monitor last saw, until it sees them no more."""

    def __init__(
        self, registry: CollectorRegistry, interval_seconds: float, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._clock = clock
        self._remembered_seconds = interval_seconds * _MISSED_INTERVALS
        self._statuses: dict[ProviderToCheck, tuple[str, float]] = {}
        self._is_monitor = Gauge("modelbook_health_monitor", "1 in the process that is the monitor.", registry=registry)
        self._checks = Counter("modelbook_health_checks", "Checks by what was found.", ("category",), registry=registry)
        self._failures = Counter("modelbook_health_check_failures", "Checks that could not be done.", registry=registry)
        self._seconds = Histogram(
            "modelbook_health_check_seconds", "How long providers took.", buckets=BUCKETS, registry=registry
        )
        providers = Gauge(
            "modelbook_health_providers", "Providers by the status seen by the monitor.", ("status",), registry=registry
        )
        for status in HEALTH_STATUSES:
            providers.labels(status).set_function(partial(self._count, status))

    def elected(self) -> None:
        """Count from now on."""
        self._is_monitor.set(1)

    def deposed(self) -> None:
        """Leave the statuses to the next monitor."""
        self._is_monitor.set(0)
        self._statuses.clear()

    def checked(self, provider: ProviderToCheck, checked: Checked) -> None:
        """Count a check."""
        self._statuses[provider] = (checked.after, self._clock())
        self._checks.labels(checked.report.outcome.category).inc()
        self._seconds.observe(checked.report.response_time_ms / 1000)

    def failed(self) -> None:
        """Count a check that could not be done."""
        self._failures.inc()

    def _count(self, wanted: str) -> int:
        oldest = self._clock() - self._remembered_seconds
        self._statuses = {provider: seen for provider, seen in self._statuses.items() if seen[1] >= oldest}
        return sum(status == wanted for status, _ in self._statuses.values())
