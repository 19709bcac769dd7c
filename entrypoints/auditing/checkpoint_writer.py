"""Writes checkpoints in one elected process. Failures are logged and reported, and stop no write."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge
from structlog.typing import FilteringBoundLogger

from application.errors import Unavailable
from application.verification.checkpoint_agreement import end_of, expect_own_sink
from application.verification.checkpoint_storage import CheckpointRegister, CheckpointsDisagree, CheckpointSink
from application.verification.checkpoints import Checkpoint, LineOutline
from application.verification.write_checkpoint import WriteCheckpoint

_RETRY_SECONDS: Final = 5.0


class WriterElection(Protocol):
    """Elects the one process that writes checkpoints."""

    def leadership(
        self, may_stand: Callable[[CheckpointRegister], Awaitable[None]]
    ) -> AbstractAsyncContextManager[CheckpointRegister]:
        """Wait for the election and lead during the block; what `may_stand` raises ends the wait."""
        ...


class Write(Protocol):
    """Writes checkpoints of the organizations' heads."""

    async def __call__(self, command: WriteCheckpoint, *, register: CheckpointRegister) -> Checkpoint | None:
        """Return it, none where no head has changed."""
        ...


class CheckpointWatch:
    """Logs and counts the results of checkpoints; `warning` is for the readiness check."""

    def __init__(self, logger: FilteringBoundLogger, registry: CollectorRegistry) -> None:
        self._logger = logger
        self._failure: str | None = None
        self._written = Counter("modelbook_checkpoints", "Checkpoints written by this process.", registry=registry)
        self._failures = Counter("modelbook_checkpoint_failures", "Checkpoints that failed.", registry=registry)
        self._number = Gauge("modelbook_checkpoint_number", "Number of the newest checkpoint.", registry=registry)
        self._time = Gauge("modelbook_checkpoint_timestamp_seconds", "When it was written.", registry=registry)
        self._disagreement = Gauge(
            "modelbook_checkpoints_disagree",
            "1 while database and sink know different checkpoints, so that none is written.",
            registry=registry,
        )

    async def warning(self) -> str | None:
        """Return why checkpoints are not written, none when they are."""
        return self._failure

    def found(self, newest: LineOutline | None) -> None:
        """Show the newest checkpoint that is there already, whoever has written it."""
        if newest is not None:
            self._number.set(newest.number)
            self._time.set(datetime.fromisoformat(newest.at).timestamp())

    def stood_aside(self) -> None:
        """Leave the report on checkpoints to another process, which is the leader."""
        self._failure = None
        self._disagreement.set(0)

    def written(self, checkpoint: Checkpoint | None) -> None:
        """Note that a checkpoint was written, or was not needed."""
        if self._failure is not None:
            self._logger.info("checkpoints are written again")
        self._failure = None
        self._disagreement.set(0)
        if checkpoint is not None:
            self._written.inc()
            self._number.set(checkpoint.number)
            self._time.set_to_current_time()
            self._logger.debug("checkpoint written", number=checkpoint.number, heads=checkpoint.heads)

    def failed(self, error: Unavailable) -> None:
        """Note that one could not be written; the same reason is logged once."""
        self._failures.inc()
        self._disagreement.set(1 if isinstance(error, CheckpointsDisagree) else 0)
        if error.message != self._failure:
            self._logger.error("checkpoint failed", code=error.code, reason=error.message)
        self._failure = error.message


class CheckpointWriter:
    """Writes a checkpoint within an interval (in seconds) after a write, while it leads."""

    def __init__(
        self, election: WriterElection, write: Write, sink: CheckpointSink, watch: CheckpointWatch, *, interval: float
    ) -> None:
        self._election = election
        self._write = write
        self._sink = sink
        self._watch = watch
        self._interval = interval
        self._attempts = 0

    async def run(self) -> None:
        """Work until it is cancelled. A process that cannot write resigns: another host may be able to."""
        while True:
            self._attempts = 0
            try:
                async with self._election.leadership(self._may_be_leader) as register:
                    async with self._sink.locked() as locked:
                        end = await end_of(locked.newest)
                    self._watch.found(None if end is None else end.line)
                    await self._lead(register)
            except Unavailable as error:
                self._watch.failed(error)
                await asyncio.sleep(min(self._interval, _RETRY_SECONDS))

    async def _may_be_leader(self, register: CheckpointRegister) -> None:
        await expect_own_sink(register, self._sink)
        if self._attempts:
            # The attempt before was lost: another process leads.
            self._watch.stood_aside()
        self._attempts += 1

    async def _lead(self, register: CheckpointRegister) -> None:
        while True:
            began = asyncio.get_running_loop().time()
            self._watch.written(await self._write(WriteCheckpoint(), register=register))
            took = asyncio.get_running_loop().time() - began
            # What was written during this checkpoint has to be in the next one within the interval.
            await asyncio.sleep(max(self._interval / 10, self._interval * 0.8 - took))
