"""Connections for reading and for the small writes beside the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from psycopg_pool import AsyncConnectionPool, ConnectionPool

if TYPE_CHECKING:
    from psycopg import AsyncConnection, Connection

    AnyPool = AsyncConnectionPool[AsyncConnection[tuple[Any, ...]]]
    AnyThreadPool = ConnectionPool[Connection[tuple[Any, ...]]]

# Times are written and read in UTC whatever the server's setting; no statement may hold a connection for long.
_OPTIONS: Final = (
    "-c timezone=UTC -c statement_timeout=15s -c lock_timeout=10s -c idle_in_transaction_session_timeout=15s"
)
_SETTINGS: Final = {"autocommit": True, "options": _OPTIONS}
# How long a request waits for a connection. Attempts to connect end after that too, for between them the pool pauses
# ever longer: the next request begins anew, so that a database that is back is found at once.
_PATIENCE_SECONDS: Final = 5.0


class RawJson(Loader):
    """JSON as the bytes the database sent: what is only passed on is not parsed."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def reading_pool(url: str, *, size: int = 4, least: int = 1, application_name: str = "modelbook") -> AnyPool:
    """Return a pool, not opened yet, whose connections give `json` columns as bytes (`jsonb` is parsed as ever)."""
    return AsyncConnectionPool(
        url,
        min_size=least,
        max_size=size,
        open=False,
        timeout=_PATIENCE_SECONDS,
        reconnect_timeout=_PATIENCE_SECONDS,
        kwargs={**_SETTINGS, "application_name": application_name},
        configure=_configure,
    )


def writing_pool(url: str, *, size: int = 4, application_name: str = "modelbook log") -> AnyThreadPool:
    """Return a pool, not opened yet, for the recorder's threads."""
    return ConnectionPool(
        url,
        min_size=1,
        max_size=size,
        open=False,
        timeout=_PATIENCE_SECONDS,
        reconnect_timeout=_PATIENCE_SECONDS,
        kwargs={**_SETTINGS, "application_name": application_name},
    )


class RawBinaryJson(RawJson):
    """The same, of a result in the binary format."""

    format = Format.BINARY


async def _configure(connection: AsyncConnection[Any]) -> None:
    connection.adapters.register_loader("json", RawJson)
    connection.adapters.register_loader("json", RawBinaryJson)
