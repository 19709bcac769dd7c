"""Logs and counts how fetches of the issuer's keys end."""

from prometheus_client import CollectorRegistry, Counter
from structlog.typing import FilteringBoundLogger


class TokenKeyFetches:
    """One log line when fetches begin to fail, one when they work again; a counter by outcome."""

    def __init__(self, logger: FilteringBoundLogger, registry: CollectorRegistry) -> None:
        self._logger = logger
        self._fetches = Counter(
            "modelbook_jwks_fetches",
            "Fetches of the JWKS for tokens.",
            ["outcome"],
            registry=registry,
        )
        self._reason: str | None = None

    def ended(self, reason: str | None) -> None:
        """Note a fetch: the reason why it failed, or none. A failure for the same reason as before is no new line."""
        self._fetches.labels("success" if reason is None else "failure").inc()
        if reason is not None and reason != self._reason:
            self._logger.warning("the keys that tokens are verified with cannot be fetched", reason=reason)
        elif reason is None and self._reason is not None:
            self._logger.info("the keys that tokens are verified with are fetched again")
        self._reason = reason
