"""Prometheus metrics of webhooks, set in the one process that delivers."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BUCKETS: Final = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3600.0, 6 * 3600.0, 24 * 3600.0)
"""Seconds: a message is tried for a day."""


class WebhookFigures:
    """Counts attempts by how they ended, and measures how long after its event each message was delivered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._delivers = Gauge("modelbook_webhook_delivery", "1 in the process that delivers.", registry=registry)
        self._due = Gauge("modelbook_webhooks_due", "Webhooks that have something to receive now.", registry=registry)
        self._attempts = Counter(
            "modelbook_webhook_attempts",
            "Attempts to deliver a message by how they ended.",
            ("outcome",),
            registry=registry,
        )
        self._switched_off = Counter(
            "modelbook_webhooks_switched_off", "Webhooks that were switched off after failures.", registry=registry
        )
        self._lag = Histogram(
            "modelbook_webhook_lag_seconds",
            "From an event to the delivery of its message.",
            buckets=BUCKETS,
            registry=registry,
        )
        for outcome in ("delivered", "failed"):
            self._attempts.labels(outcome)

    def elected(self) -> None:
        """Count from now on."""
        self._delivers.set(1)

    def deposed(self) -> None:
        """Leave it to the next process."""
        self._delivers.set(0)
        self._due.set(0)

    def found_due(self, count: int) -> None:
        """Show how many webhooks are due."""
        self._due.set(count)

    def delivered(self, seconds: float) -> None:
        """Count a delivery."""
        self._attempts.labels("delivered").inc()
        self._lag.observe(max(seconds, 0.0))

    def failed(self) -> None:
        """Count an attempt that failed."""
        self._attempts.labels("failed").inc()

    def switched_off(self) -> None:
        """Count a webhook that was switched off."""
        self._switched_off.inc()
