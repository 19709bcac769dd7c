"""Prometheus metrics of what requests wait for: connections to Postgres, appends to the log, the way out, refusals."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from application.append_timing import AppendTiming
from application.bounds.call_admission import CallAdmission
from application.bounds.call_estimates import CallEstimate
from application.bounds.caller_bounds import CallerBounds
from application.bounds.shares import MOST_OF_ALL, Shares
from application.errors import BudgetExceeded, CostUnknown, RateLimited, Unavailable
from application.ports.tracing import Tracer
from application.usage.usage_ledger import ModelCall
from entrypoints.monitoring.loop_figures import ExampleOf, LoopCounter, LoopHistogram

APPEND_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
"""Seconds: an append takes one round trip and a flush of the disk."""

# By OpenTelemetry's conventions for calls of databases.
_APPEND: Final = {"db.system.name": "postgresql", "db.stored_procedure.name": "append_events"}
_FRESH_SECONDS: Final = 30.0
_PATIENCE_SECONDS: Final = 1.0


class Pool(Protocol):
    """A pool of connections that counts what it does."""

    def get_stats(self) -> dict[str, int]:
        """Return its figures."""
        ...


class PoolFigures(Collector):
    """The pools' own figures at the time of a scrape."""

    def __init__(self, pools: Mapping[str, Pool], registry: CollectorRegistry) -> None:
        self._pools = pools
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Yield the figures for Prometheus."""
        counted = {
            "requests_num": ("modelbook_pool_requests", "Connections requested.", 1.0),
            "requests_queued": ("modelbook_pool_waits", "Of them those that had to wait.", 1.0),
            "requests_wait_ms": ("modelbook_pool_wait_seconds", "How long those waited, in all.", 1000.0),
            "requests_errors": ("modelbook_pool_timeouts", "Those that waited in vain.", 1.0),
        }
        shown = {
            "pool_size": ("modelbook_pool_connections", "Open connections."),
            "pool_available": ("modelbook_pool_idle_connections", "Those that nobody uses."),
            "requests_waiting": ("modelbook_pool_waiting", "Who waits for a connection now."),
        }
        figures = {name: pool.get_stats() for name, pool in self._pools.items()}
        for key, (metric, text, unit) in counted.items():
            counter = CounterMetricFamily(metric, text, labels=("pool",))
            for name, stats in figures.items():
                counter.add_metric((name,), stats.get(key, 0) / unit)
            yield counter
        for key, (metric, text) in shown.items():
            gauge = GaugeMetricFamily(metric, text, labels=("pool",))
            for name, stats in figures.items():
                gauge.add_metric((name,), stats.get(key, 0))
            yield gauge


class OutboundFigures(Collector):
    """What is held of the shares of the way out, and who waits for some."""

    def __init__(self, shares: Shares, registry: CollectorRegistry) -> None:
        self._shares = shares
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Yield the figures for Prometheus."""
        held = GaugeMetricFamily(
            "modelbook_outbound_held", "What is held of a share of the way out.", labels=("share",)
        )
        waiting = GaugeMetricFamily("modelbook_outbound_waiting", "Who waits for some of it.", labels=("share",))
        for name in MOST_OF_ALL:
            held.add_metric((name,), self._shares.held_by_all(name))
            waiting.add_metric((name,), self._shares.waiting(name))
        yield held
        yield waiting


class AppendFigures:
    """How long appends to the log take, waiting for a thread and a connection included; traced where requests are."""

    def __init__(
        self, registry: CollectorRegistry, *, example: ExampleOf | None = None, tracer: Tracer | None = None
    ) -> None:
        self._tracer = tracer
        self._seconds = LoopHistogram(
            "modelbook_append_seconds",
            "Time to append to the log.",
            (),
            registry,
            buckets=APPEND_BUCKETS,
            example=example,
        )
        self._seconds.expect(())

    def appended(self, append: AppendTiming) -> None:
        """Count an append, however it ended."""
        self._seconds.observe((), append.seconds)
        if self._tracer is not None:
            attributes: dict[str, str | int] = {**_APPEND, "modelbook.events": append.events}
            self._tracer.call("append_events", attributes, seconds_ago=append.seconds).end(append.error)


class RefusalFigures:
    """Calls of models that were refused by a limit or a budget of a key or an organization."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._refusals = LoopCounter(
            "modelbook_prompt_refusals",
            "Calls that a limit or a budget refused, by reason.",
            ("reason",),
            registry,
        )
        for error in (RateLimited, BudgetExceeded, CostUnknown):
            self._refusals.sums[(error.code,)] = 0

    def refused(self, reason: str) -> None:
        """Count a refusal."""
        self._refusals.sums[(reason,)] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedAdmission(CallAdmission):
    """Admission that has its refusals counted."""

    refused: Callable[[str], None]

    @asynccontextmanager
    async def admitted(
        self, bounds: Sequence[CallerBounds], estimate: CallEstimate, uses: Callable[[], Sequence[ModelCall]]
    ) -> AsyncIterator[None]:
        """Run a call if all bounds allow it; errors as there."""
        async with AsyncExitStack() as admitted:
            try:
                await admitted.enter_async_context(CallAdmission.admitted(self, bounds, estimate, uses))
            except (RateLimited, BudgetExceeded, CostUnknown) as error:
                self.refused(error.code)
                raise
            yield


class RebuildFigures:
    """When projections were last rebuilt; queried when the metrics are read, twice a minute at most."""

    def __init__(self, rebuilt: Callable[[], Awaitable[Mapping[str, datetime]]], registry: CollectorRegistry) -> None:
        self._read = rebuilt
        self._asked_at: float | None = None
        self._reading: asyncio.Future[Mapping[str, datetime]] | None = None
        self._rebuilt = Gauge(
            "modelbook_projection_rebuilt_timestamp_seconds",
            "When the projection was last rebuilt; one that never was has none.",
            ("projection",),
            registry=registry,
        )

    async def refresh(self) -> None:
        """Look again. What cannot be read in a second stays as it was."""
        if self._asked_at is not None and monotonic() - self._asked_at < _FRESH_SECONDS:
            return
        self._asked_at = monotonic()
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
        # Not cancelled: a database that has stopped lets nobody go for some ten seconds.
        done, _ = await asyncio.wait({self._reading}, timeout=_PATIENCE_SECONDS)
        if not done:
            return
        reading, self._reading = self._reading, None
        with suppress(Unavailable):
            for name, at in reading.result().items():
                self._rebuilt.labels(name).set(at.timestamp())
