"""The audit trail of a serving process: what its routes need, and what runs beside them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from application.commands.state_restore import NothingRestored
from entrypoints.auditing.checkpoint_writer import CheckpointWatch, CheckpointWriter
from entrypoints.auditing.container import Auditing, small_pool
from entrypoints.http.views.feed import FeedOptions, FeedViews
from entrypoints.http.views.proof import ProofViews
from entrypoints.monitoring.background_task import in_background

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
    from uuid import UUID

    from aiohttp import web
    from prometheus_client import CollectorRegistry
    from structlog.typing import FilteringBoundLogger

    from application.commands.state_restore import StatedRestore, StateRestore
    from application.ports.historical_documents import HistoricalDocuments
    from application.ports.historical_rows import HistoricalRows
    from application.ports.resource_documents import Document
    from application.queries.resource_as_of import Moment
    from application.queries.verify_log import Verification
    from entrypoints.container import Container
    from entrypoints.runtime import Runtime

    AsOf = Callable[[UUID, Moment], Awaitable[Document]]


class AuditTrail:
    """The views of the audit trail, and what there is to warn of."""

    def __init__(self, auditing: Auditing, watch: CheckpointWatch | None = None) -> None:
        self._auditing = auditing
        self._watch = watch
        self._turn = asyncio.Lock()

    @property
    def warnings(self) -> Mapping[str, Callable[[], Awaitable[str | None]]]:
        """What to ask for warnings, by what each is about."""
        return {} if self._watch is None else {"checkpoints": self._watch.warning}

    @property
    def past(self) -> HistoricalDocuments:
        """Return what shows lists as they were."""
        past: HistoricalDocuments = self._auditing.past()
        return past

    @property
    def provider_as_of(self) -> AsOf:
        """Return what shows a provider as it was."""
        ask: AsOf = self._auditing.provider_as_of()
        return ask

    @property
    def model_as_of(self) -> AsOf:
        """Return what shows a model as it was."""
        ask: AsOf = self._auditing.model_as_of()
        return ask

    def proof(self) -> ProofViews:
        """Return the views that prove the log."""
        public_key = self._auditing.checkpoints().public_key
        return ProofViews(
            verify=self._verify,
            export=self._export,
            state_restore=self._state_restore,
            public_key=public_key,
            turn=self._turn,
        )

    def feed(self) -> FeedViews:
        """Return the view that tells what happens."""
        return FeedViews(follow=self._auditing.feed().follow, options=FeedOptions())

    async def on_shutdown(self, _: web.Application) -> None:
        """End all streams, so that nobody waits for them."""
        await self._auditing.feed().close()

    async def close(self) -> None:
        """Give the connection for hints back."""
        await self._auditing.signals().close()

    async def _verify(self, organization_id: UUID, *, full: bool) -> Verification:
        log = self._auditing.log_of_organization(organization_id)
        verification: Verification = await self._auditing.verify_log()(log=log, only=organization_id, full=full)
        return verification

    async def _state_restore(self, command: StateRestore) -> StatedRestore:
        return await stated_restore(self._auditing, command)

    def _export(self, organization_id: UUID) -> AsyncGenerator[bytes]:
        log = self._auditing.log_of_organization(organization_id)
        lines: AsyncGenerator[bytes] = self._auditing.export_log()(organization_id, log=log)
        return lines


@asynccontextmanager
async def audit_trail(
    runtime: Runtime, container: Container, logger: FilteringBoundLogger, registry: CollectorRegistry
) -> AsyncIterator[AuditTrail]:
    """Keep the audit trail while the block lasts: stand for election as the one who writes checkpoints."""
    auditing = auditing_of(runtime, container)
    watch = CheckpointWatch(logger, registry)
    trail = AuditTrail(auditing, watch)
    interval = runtime.settings.checkpoint_interval
    try:
        sink = auditing.sink()
        if runtime.checkpoint_key is None or sink is None or interval == 0:
            yield trail
        else:
            writer = CheckpointWriter(auditing.election(), auditing.write_checkpoint(), sink, watch, interval=interval)
            async with in_background(writer.run, logger):
                yield trail
    finally:
        await trail.close()


def auditing_of(runtime: Runtime, container: Container | None = None, rows: HistoricalRows | None = None) -> Auditing:
    """Return the parts of the audit trail; those that see one organization are on the service's connections.

    Without a service, `rows` are needed for what asks for the past.
    """
    pool = small_pool(runtime.database_url) if container is None else container.reading_pool()
    return Auditing(
        pool=pool,
        connect=pool.connection,
        rows=rows if container is None else container.ledger(),
        database_url=runtime.database_url,
        admin_database_url=runtime.admin_database_url,
        key_file=runtime.checkpoint_key,
        sink_path=runtime.checkpoint_sink,
        organizations=None if container is None else container.organizations(),
    )


async def stated_restore(auditing: Auditing, command: StateRestore) -> StatedRestore:
    """State a restore with the parts of a container.

    Raises:
        NothingRestored: there is nothing to state, or no checkpoints are kept here.
        CheckpointsDisagree, SinkUnusable, Unavailable: it could not be written.
    """
    if auditing.key() is None or auditing.sink() is None:
        raise NothingRestored("No checkpoints are kept here (MODELBOOK_CHECKPOINT_KEY): there is nothing to state.")
    async with auditing.election().session() as register:
        stated: StatedRestore = await auditing.state_restore()(command, register=register)
        return stated
