"""An administrator's access: the database and the master keys, without all else that a serving process needs."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from application.ports.jobs import JobInterrupted
from entrypoints import container
from entrypoints.administration.container import Administration
from entrypoints.runtime import prepared
from entrypoints.settings import WrongSettings
from entrypoints.stopping import stopped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from entrypoints.runtime import Runtime
    from entrypoints.settings import Settings
    from entrypoints.stopping import StopSignal

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What administrators' work needs; the folder of the key file where the keys are kept in one."""

    admin_database_url: str = field(repr=False)
    master_keys: str = field(repr=False)
    master_key_directory: Path | None = None

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Access:
        """Return the access that a launcher has sent."""
        directory = document["master_key_directory"]
        return cls(**document | {"master_key_directory": None if directory is None else Path(directory)})


def access_of(runtime: Runtime) -> Access:
    """Return the access that a serving process has."""
    return Access(
        admin_database_url=runtime.admin_database_url,
        master_keys=runtime.master_keys,
        master_key_directory=runtime.master_key_directory,
    )


@contextmanager
def accessible(settings: Settings, say: Callable[[str], None]) -> Iterator[Access]:
    """Give access to the database of the settings; the embedded one is started where it does not run.

    Raises:
        WrongSettings: LEDGER_ADMIN_DATABASE_URL is missing.
        ApplicationError: the database cannot be used; the message says what to do.
    """
    if settings.is_embedded:
        with prepared(settings, say) as runtime:
            yield access_of(runtime)
        return
    if settings.admin_database_url is None:
        raise WrongSettings(["LEDGER_ADMIN_DATABASE_URL is missing: `model-ledger migrate --logins` prints it."])
    url = settings.admin_database_url.get_secret_value()
    container.inspect(url, setting="LEDGER_ADMIN_DATABASE_URL", administrates=True)
    yield Access(
        admin_database_url=url,
        master_keys="" if settings.master_keys is None else settings.master_keys.get_secret_value(),
    )


@asynccontextmanager
async def administering(access: Access) -> AsyncIterator[Administration]:
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
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    raise JobInterrupted
