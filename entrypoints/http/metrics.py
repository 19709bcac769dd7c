"""Counts and times requests by route, for Prometheus."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import ip_address
from typing import Annotated, ClassVar

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, Metric
from prometheus_client.registry import Collector
from pydantic import Field

from entrypoints.http.authorization import Access
from entrypoints.http.field_types import Query
from entrypoints.http.parse_request import query_of
from entrypoints.http.request_errors import NotAuthenticated
from entrypoints.http.routes import Answer, endpoint
from entrypoints.monitoring.loop_figures import ExampleOf, LoopCounter, LoopHistogram
from entrypoints.monitoring.text_formats import text_format_for
from entrypoints.monitoring.worker_figures import WORKERS, figures_of_all_workers

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
"""Seconds: lists take milliseconds, prompts a minute."""

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MetricsQuery(Query):
    """Which figures."""

    names: Annotated[
        str | None,
        Field(alias="name[]", min_length=1, max_length=2000, description="Only those of these names; all if absent."),
    ] = None
    REPEATED: ClassVar[frozenset[str]] = frozenset({"name[]"})


@dataclass(frozen=True, slots=True)
class _Chosen(Collector):
    """The figures of some names."""

    registry: Collector
    names: frozenset[str]

    def collect(self) -> Iterator[Metric]:
        return (metric for metric in self.registry.collect() if metric.name in self.names)


class HttpMetrics:
    """The HTTP figures of this process, in a registry of their own that others may add to."""

    def __init__(
        self,
        registry: CollectorRegistry | None = None,
        *,
        token: str | None = None,
        other_workers: Sequence[str] = (),
        example: ExampleOf | None = None,
    ) -> None:
        """Keep the figures; `token` is the bearer that opens them to other hosts than this one.

        `other_workers` are where the other processes of this service show theirs. `example` returns the span that a
        request is answered in.
        """
        self.registry = registry or CollectorRegistry()
        self.refresh: list[Callable[[], Awaitable[None]]] = []
        """What is awaited before figures are shown, and never fails."""
        self._other_workers = other_workers
        Gauge(WORKERS, "Processes that these figures are of.", registry=self.registry).set(1)
        self.refusals_waiting = Gauge(
            "modelbook_http_refusals_waiting", "Refusals (429) that wait for their answer.", registry=self.registry
        )
        self._token = token
        labels = ("method", "route", "status")
        self._requests = LoopCounter("modelbook_http_requests", "Requests by class of answer.", labels, self.registry)
        self._seconds = LoopHistogram(
            "modelbook_http_request_seconds", "Time to answer.", labels, self.registry, buckets=BUCKETS, example=example
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request to a route pattern (never a path: those are without number)."""
        name = method if method in KNOWN_METHODS else "other"
        labels = (name, route, f"{status // 100}xx")
        self._requests.sums[labels] += 1
        self._seconds.observe(labels, seconds)

    async def fresh(self) -> CollectorRegistry:
        """Return the figures of this process, with those looked up that have to be."""
        for refresh in self.refresh:
            await refresh()
        return self.registry

    @endpoint(
        "GET",
        "/metrics",
        access=Access.PUBLIC,
        tag="service",
        query=MetricsQuery,
        problems=(NotAuthenticated,),
        answers={200: Answer(description="The figures.", content_type="text/plain", schema={"type": "string"})},
    )
    async def show_metrics(self, request: web.Request) -> web.Response:
        """Figures of this service in the text format of Prometheus, or as OpenMetrics where that is accepted.

        From another host than the service's own they take `MODELBOOK_METRICS_TOKEN` as the bearer token.

        Those of all processes of this service on this host, and of all organizations together: requests by route and
        the time they took (`modelbook_http_*`); calls of models by type of provider and outcome, their time and tokens
        (`modelbook_prompt_*`); the health monitor's checks (`modelbook_health_*`); checkpoints of the log
        (`modelbook_checkpoint*`); waits for connections to Postgres (`modelbook_pool_*`) and appends to the log
        (`modelbook_append_seconds`); who waits for a way out (`modelbook_outbound_*`); deliveries of webhooks
        (`modelbook_webhook*`); when projections were rebuilt (`modelbook_projection_*`); fetches of the
        keys that tokens are verified with (`modelbook_jwks_fetches`); how late the event loop is
        (`modelbook_event_loop_*`). No label names an organization or a model.
        """
        if not (_is_from_here(request) or self._is_allowed(request)):
            raise NotAuthenticated(
                "From another host the figures take the token in MODELBOOK_METRICS_TOKEN: send Authorization: Bearer.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        names = query_of(request, MetricsQuery).names
        await self.fresh()
        text_format = text_format_for(request)
        figures = await figures_of_all_workers(self.registry, self._other_workers, text_format)
        chosen = figures if names is None else _Chosen(figures, frozenset(names.split(",")))
        return web.Response(body=text_format.write(chosen), headers={"Content-Type": text_format.content_type})

    def _is_allowed(self, request: web.Request) -> bool:
        if self._token is None:
            return False
        sent = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return compare_digest(sent, f"Bearer {self._token}".encode())


def _is_from_here(request: web.Request) -> bool:
    """Return whether a program on this host sent the request; a proxy that forwards another's says so in a header."""
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")):
        return False
    try:
        address = ip_address((request.remote or "").partition("%")[0])
    except ValueError:
        return False
    # A socket for both families names clients of IPv4 so.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
