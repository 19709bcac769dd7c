"""States, in the register of checkpoints, that a backup was restored."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from application.ports.clock import Clock
from application.ports.repositories import Organizations
from application.verification.checkpoint_storage import (
    CheckpointKey,
    CheckpointRegister,
    CheckpointSink,
    Signatures,
)
from application.verification.record_restore import NoRestoreToRecord, RecordedRestore, RecordRestore, record_restore


class Sessions(Protocol):
    """Opens the register of checkpoints, whoever writes them at the moment."""

    def session(self) -> AbstractAsyncContextManager[CheckpointRegister]: ...


async def stated_restore(
    command: RecordRestore,
    *,
    sessions: Sessions,
    sink: CheckpointSink | None,
    key: CheckpointKey | None,
    signatures: Signatures,
    organizations: Organizations,
    clock: Clock,
) -> RecordedRestore:
    """State a restore; without a sink and a key no checkpoints are kept.

    Raises:
        NoRestoreToRecord: there is nothing to state, or no checkpoints are kept here.
        CheckpointsDisagree, SinkUnusable, Unavailable: it could not be written.
    """
    if sink is None or key is None:
        raise NoRestoreToRecord(
            "No checkpoints are written here, so there is nothing to state. Set MODELBOOK_CHECKPOINT_KEY."
        )
    async with sessions.session() as register:
        return await record_restore(
            command,
            register=register,
            sink=sink,
            key=key,
            signatures=signatures,
            organizations=organizations,
            clock=clock,
        )
