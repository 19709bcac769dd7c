"""Looks at the read replica every second: whether it answers, and how far it is behind."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from structlog.typing import FilteringBoundLogger

from application.end_tasks import end_tasks
from application.errors import Unavailable
from application.read_replica import ReadReplica, ReplicaProbe, ReplicaReading
from entrypoints.monitoring.background_work import in_background

_LOOK_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 2.0


class ReplicaWatch(Collector):
    """Keeps what is known of the replica, and logs when that changes; `warning` is for the readiness check."""

    def __init__(
        self, replica: ReadReplica, probe: ReplicaProbe, logger: FilteringBoundLogger, registry: CollectorRegistry
    ) -> None:
        self._replica = replica
        self._probe = probe
        self._logger = logger
        self._looking: asyncio.Task[ReplicaReading] | None = None
        self._logged: str | None = None
        registry.register(self)

    async def warning(self) -> str | None:
        """Return why lists are read from the primary, none while they are not."""
        problem = self._replica.problem
        return None if problem is None else f"The read replica {problem}; lists are read from the primary."

    async def run(self) -> None:
        """Look every second, until this is cancelled."""
        try:
            while True:
                await self.look()
                self._log()
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            if self._looking is not None:
                await end_tasks(self._looking)

    async def look(self) -> None:
        """Check once. A replica that does not answer is not queried again before it has, or its connection ends."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._probe.read())
        done, _ = await asyncio.wait({self._looking}, timeout=_PATIENCE_SECONDS)
        if not done:
            self._replica.note_problem("does not answer")
            return
        looked, self._looking = self._looking, None
        try:
            self._replica.note(looked.result())
        except Unavailable:
            self._replica.note_problem("cannot be reached")

    def collect(self) -> Iterator[Metric]:
        """Yield the figures for Prometheus."""
        is_usable = self._replica.problem is None
        yield GaugeMetricFamily(
            "modelbook_replica_usable", "Whether lists are read from the replica.", float(is_usable)
        )
        yield GaugeMetricFamily(
            "modelbook_replica_lag_seconds", "How far the replica is behind.", self._replica.lag_seconds
        )
        reads = CounterMetricFamily(
            "modelbook_replica_reads", "Reads that a replica may answer, by who did.", labels=("answered_by",)
        )
        for answered_by in ("replica", "primary"):
            reads.add_metric((answered_by,), self._replica.answered[answered_by])
        yield reads

    def _log(self) -> None:
        problem = self._replica.problem
        if problem is not None and self._logged is None:
            self._logger.warning("lists are read from the primary", reason=f"The read replica {problem}.")
        elif problem is None and self._logged is not None:
            self._logger.info("lists are read from the replica again")
        self._logged = problem


@asynccontextmanager
async def watched_replica(
    replica: ReadReplica, probe: ReplicaProbe, logger: FilteringBoundLogger, registry: CollectorRegistry
) -> AsyncIterator[ReplicaWatch]:
    """Watch the replica as long as the block lasts; it has been looked at when the block begins."""
    watch = ReplicaWatch(replica, probe, logger, registry)
    await watch.look()
    async with in_background(watch.run, logger):
        yield watch
