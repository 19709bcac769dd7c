"""One process writes checkpoints while it serves; the others stand by. What goes wrong is loud and stops no write."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from prometheus_client import Counter, Gauge

from application.commands.write_checkpoint import WriteCheckpoint
from application.errors import Unavailable

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from prometheus_client import CollectorRegistry
    from structlog.typing import FilteringBoundLogger

    from application.ports.checkpoints import LogHeads
    from application.verification.checkpoints import Checkpoint

_AGAIN_SECONDS: Final = 5.0


class Office(Protocol):
    """Gives the office of the one who writes checkpoints."""

    def term(self) -> AbstractAsyncContextManager[LogHeads]:
        """Wait for the office and hold it during the block."""
        ...


class Write(Protocol):
    """Writes a checkpoint with the heads that it is given."""

    async def __call__(self, command: WriteCheckpoint, *, heads: LogHeads) -> Checkpoint | None:
        """Return it, none where nothing moved."""
        ...


class CheckpointWatch:
    """Logs and counts what becomes of checkpoints; `warning` tells whoever asks whether the service is well."""

    def __init__(self, logger: FilteringBoundLogger, registry: CollectorRegistry) -> None:
        self._logger = logger
        self._failure: str | None = None
        self._written = Counter("modelbook_checkpoints", "Checkpoints written by this process.", registry=registry)
        self._failures = Counter("modelbook_checkpoint_failures", "Checkpoints that failed.", registry=registry)
        self._position = Gauge("modelbook_checkpoint_position", "Position of the newest checkpoint.", registry=registry)

    async def warning(self) -> str | None:
        """Return why checkpoints are not written, none when they are."""
        return self._failure

    def written(self, checkpoint: Checkpoint | None) -> None:
        """Note that a checkpoint was written, or was not needed."""
        if self._failure is not None:
            self._logger.info("checkpoints are written again")
        self._failure = None
        if checkpoint is not None:
            self._written.inc()
            self._position.set(checkpoint.position)
            self._logger.debug("checkpoint written", number=checkpoint.number, position=checkpoint.position)

    def failed(self, error: Unavailable) -> None:
        """Note that one could not be written."""
        self._failures.inc()
        self._failure = error.message
        self._logger.error("checkpoint failed", code=error.code, reason=error.message)


class CheckpointWriter:
    """Writes a checkpoint every interval (in seconds) while it holds the office."""

    def __init__(self, office: Office, write: Write, watch: CheckpointWatch, *, interval: float) -> None:
        self._office = office
        self._write = write
        self._watch = watch
        self._interval = interval

    async def run(self) -> None:
        """Work until it is cancelled. Whoever cannot write gives the office up: another host may be able to."""
        while True:
            try:
                async with self._office.term() as heads:
                    await self._serve(heads)
            except Unavailable as error:
                self._watch.failed(error)
                await asyncio.sleep(min(self._interval, _AGAIN_SECONDS))

    async def _serve(self, heads: LogHeads) -> None:
        while True:
            self._watch.written(await self._write(WriteCheckpoint(), heads=heads))
            await asyncio.sleep(self._interval)
