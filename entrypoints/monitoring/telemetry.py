"""Has what a serving process traces, counts and logs exported, where that is requested."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Protocol

from prometheus_client.registry import Collector
from structlog.typing import FilteringBoundLogger

from application.ports.tracing import Tracer
from entrypoints.http.metrics import HttpMetrics
from entrypoints.monitoring.background_work import in_background

Figures = Callable[[], Awaitable[Collector]]


class Telemetry(Protocol):
    """Exports traces, metrics and logs; implemented by an adapter."""

    @property
    def tracer(self) -> Tracer | None:
        """What begins spans, none where they are not exported."""
        ...

    def exemplar(self) -> Mapping[str, str] | None:
        """Return which span a value that is counted now is an example of."""
        ...

    def report_to(self, changed: Callable[[str | None], None]) -> None:
        """Call this with the reason when exports begin to fail, and none when they work again; from any thread."""
        ...

    async def export_metrics_for_ever(self, figures: Figures) -> None:
        """Export the figures again and again."""
        ...

    @property
    def exports_metrics(self) -> bool:
        """Whether figures are exported."""
        ...

    async def close(self, last: Collector) -> None:
        """Export what waits, and the figures a last time, within some seconds."""
        ...


@asynccontextmanager
async def exported(
    telemetry: Telemetry | None, metrics: HttpMetrics, logger: FilteringBoundLogger
) -> AsyncIterator[None]:
    """Export as long as the block lasts, and at its end what waits; nothing is done where nothing is to be exported."""
    if telemetry is None:
        yield
        return
    telemetry.report_to(partial(_log_of_exports, logger))
    work = partial(telemetry.export_metrics_for_ever, metrics.fresh)
    try:
        async with in_background(work, logger) if telemetry.exports_metrics else nullcontext():
            yield
    finally:
        await telemetry.close(metrics.registry)


def _log_of_exports(logger: FilteringBoundLogger, reason: str | None) -> None:
    """Log that exports fail, and why, or that they work again; from any thread."""
    if reason is None:
        logger.info("telemetry is exported again")
    else:
        logger.warning("telemetry cannot be exported; what does not wait is dropped", reason=reason)
