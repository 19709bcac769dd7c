"""An administrator's access: the database and the master keys."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from application.end_tasks import end_tasks
from application.ports.jobs import JobInterrupted
from entrypoints.administration.container import Administration
from entrypoints.stop_signal import StopSignal, stopped

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAccess:
    """What administrators' work needs; the folder of the key file where the keys are kept in one."""

    admin_database_url: str = field(repr=False)
    master_keys: str = field(repr=False)
    master_key_directory: Path | None = None

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """Return the access that a launcher has sent."""
        directory = document["master_key_directory"]
        return cls(**document | {"master_key_directory": None if directory is None else Path(directory)})


@asynccontextmanager
async def administering(access: AdminAccess) -> AsyncIterator[Administration]:
    """Give the administrators' parts for the length of the block."""
    administration = Administration(
        admin_database_url=access.admin_database_url,
        master_keys=access.master_keys,
        master_key_directory=access.master_key_directory,
    )
    await administration.pool().open()
    try:
        yield administration
    finally:
        await administration.pool().close()


async def until_stopped(work: Awaitable[T], stop: StopSignal) -> T:
    """Return what the work gives.

    Raises:
        JobInterrupted: a signal to stop came first; the work has cleaned up.
    """
    working = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stopped(stop).wait())
    await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if working.done():
        return working.result()
    await end_tasks(working)
    raise JobInterrupted
