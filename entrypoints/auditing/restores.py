"""States, in the register of checkpoints, that a backup was restored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from application.commands.state_restore import NothingRestored, state_restore

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from application.commands.state_restore import RestorePorts, StatedRestore, StateRestore
    from application.ports.checkpoints import CheckpointRegister


class Sessions(Protocol):
    """Opens the register of checkpoints, whoever writes them at the moment."""

    def session(self) -> AbstractAsyncContextManager[CheckpointRegister]: ...


async def stated_restore(command: StateRestore, *, sessions: Sessions, ports: RestorePorts | None) -> StatedRestore:
    """State a restore; without ports no checkpoints are kept.

    Raises:
        NothingRestored: there is nothing to state, or no checkpoints are kept here.
        CheckpointsDisagree, SinkUnusable, Unavailable: it could not be written.
    """
    if ports is None:
        raise NothingRestored(
            "No checkpoints are written here, so there is nothing to state. Set MODELBOOK_CHECKPOINT_KEY."
        )
    async with sessions.session() as register:
        return await state_restore(command, register=register, ports=ports)
