"""Counts and times requests by route, for Prometheus."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from entrypoints.http.authorization import Access
from entrypoints.http.routes import Answer, endpoint

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
"""Seconds: lists take milliseconds, prompts a minute."""

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HttpMetrics:
    """The HTTP figures of this process, in a registry of their own that others may add to."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter(
            "modelbook_http_requests", "Requests by class of answer.", labels, registry=self.registry
        )
        self._seconds = Histogram(
            "modelbook_http_request_seconds", "Time to answer.", labels, buckets=BUCKETS, registry=self.registry
        )
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request to a route pattern (never a path: those are without number)."""
        name = method if method in KNOWN_METHODS else "other"
        key = (name, route, status // 100)
        children = self._children.get(key)
        if children is None:
            labels = (name, route, f"{key[2]}xx")
            children = self._children[key] = (self._requests.labels(*labels), self._seconds.labels(*labels))
        children[0].inc()
        children[1].observe(seconds)

    @endpoint(
        "GET",
        "/metrics",
        access=Access.PUBLIC,
        tag="service",
        answers={200: Answer(description="The figures.", content_type="text/plain", schema={"type": "string"})},
    )
    async def show_metrics(self, request: web.Request) -> web.Response:  # noqa: ARG002 - all of it, whoever asks
        """Figures of this service in the Prometheus text format.

        Those of this process, all organizations together: requests by route and the time they took
        (`modelbook_http_*`); calls of models by type of provider and outcome, their time and tokens
        (`modelbook_prompt_*`); the health monitor's checks (`modelbook_health_*`); checkpoints of the log
        (`modelbook_checkpoint*`); fetches of the
        keys that tokens are verified with (`modelbook_jwks_fetches`); how late the event loop is
        (`modelbook_event_loop_*`). No label names an organization or a model.
        """
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
