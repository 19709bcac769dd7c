"""The audit trail of a serving process: what its routes need, and what runs beside them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from entrypoints.auditing.container import Auditing, small_pool
from entrypoints.auditing.writer import CheckpointWatch, CheckpointWriter
from entrypoints.http.views.feed import FeedOptions, FeedViews
from entrypoints.http.views.proof import ProofViews
from entrypoints.monitoring.background import in_background

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
    from uuid import UUID

    from aiohttp import web
    from prometheus_client import CollectorRegistry
    from structlog.typing import FilteringBoundLogger

    from application.ports.documents import Document
    from application.ports.past import Past
    from application.ports.past_rows import PastRows
    from application.queries.as_of import Moment
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
    def past(self) -> Past:
        """Return what shows lists as they were."""
        past: Past = self._auditing.past()
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
        return ProofViews(verify=self._verify, export=self._export, public_key=public_key, turn=self._turn)

    def feed(self) -> FeedViews:
        """Return the view that tells what happens."""
        return FeedViews(follow=self._auditing.feed().follow, options=FeedOptions())

    async def on_shutdown(self, _: web.Application) -> None:
        """End all streams, so that nobody waits for them."""
        await self._auditing.feed().close()

    async def close(self) -> None:
        """Give the connection for hints back."""
        await self._auditing.signals().close()

    async def _verify(self, organization_id: UUID) -> Verification:
        log = self._auditing.log_of_organization(organization_id)
        verification: Verification = await self._auditing.verify_log()(log=log, only=organization_id)
        return verification

    def _export(self, organization_id: UUID) -> AsyncGenerator[bytes]:
        log = self._auditing.log_of_organization(organization_id)
        lines: AsyncGenerator[bytes] = self._auditing.export_log()(organization_id, log=log)
        return lines


@asynccontextmanager
async def audit_trail(
    runtime: Runtime, container: Container, logger: FilteringBoundLogger, registry: CollectorRegistry
) -> AsyncIterator[AuditTrail]:
    """Keep the audit trail while the block lasts: stand for the office of the one who writes checkpoints."""
    auditing = auditing_of(runtime, container)
    watch = CheckpointWatch(logger, registry)
    trail = AuditTrail(auditing, watch)
    interval = runtime.settings.checkpoint_interval
    try:
        if runtime.checkpoint_key is None or interval == 0:
            yield trail
        else:
            writer = CheckpointWriter(auditing.office(), auditing.write_checkpoint(), watch, interval=interval)
            async with in_background(writer.run, logger):
                yield trail
    finally:
        await trail.close()


def auditing_of(runtime: Runtime, container: Container | None = None, rows: PastRows | None = None) -> Auditing:
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
    )
