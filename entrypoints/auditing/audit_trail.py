"""The background tasks of the audit trail in a serving process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry
from structlog.typing import FilteringBoundLogger

from application.ports.historical_documents import HistoricalRows
from entrypoints.auditing.checkpoint_writer import CheckpointWatch, CheckpointWriter
from entrypoints.auditing.container import Auditing, small_pool
from entrypoints.monitoring.background_work import in_background
from entrypoints.runtime import Runtime


@asynccontextmanager
async def audit_trail(
    auditing: Auditing, logger: FilteringBoundLogger, registry: CollectorRegistry, *, interval: float
) -> AsyncIterator[CheckpointWatch]:
    """Keep the audit trail while the block lasts: take part in the election of the writer of checkpoints.

    `interval` is in seconds; with 0, or without a key or a sink, no checkpoint is written. Gives what warns of them.
    """
    watch = CheckpointWatch(logger, registry)
    try:
        sink = auditing.sink()
        if auditing.key() is None or sink is None or interval == 0:
            yield watch
        else:
            writer = CheckpointWriter(auditing.election(), auditing.write_checkpoint(), sink, watch, interval=interval)
            async with in_background(writer.run, logger):
                yield watch
    finally:
        await auditing.signals().close()


def auditing_of(runtime: Runtime, rows: HistoricalRows | None = None) -> Auditing:
    """Return the parts of the audit trail for a command; `rows` are needed to query the past."""
    pool = small_pool(runtime.database_url)
    return Auditing(
        pool=pool,
        connect=pool.connection,
        rows=rows,
        database_url=runtime.database_url,
        admin_database_url=runtime.admin_database_url,
        key_file=runtime.checkpoint_key,
        sink_path=runtime.checkpoint_sink,
    )
