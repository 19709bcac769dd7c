"""Connections for reading and for the small writes beside the log.

A transaction pooler, such as PgBouncer, may be between the login that serves and the server. Nothing on these
connections outlasts a transaction, therefore, and their time limits are the login's own (roles.sql).
"""

from typing import Any, Final
from uuid import uuid4

from psycopg import AsyncConnection, Connection
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from adapters.sql import statements

AnyPool = AsyncConnectionPool[AsyncConnection[tuple[Any, ...]]]
AnyThreadPool = ConnectionPool[Connection[tuple[Any, ...]]]

_SQL: Final = statements("adapters.postgres", "session_connections.sql")
_ADMINISTRATORS_OPTIONS: Final = (
    "-c timezone=UTC -c statement_timeout=15s -c lock_timeout=10s -c idle_in_transaction_session_timeout=15s"
)
# How long a request waits for a connection. Attempts to connect end after that too, for between them the pool pauses
# ever longer: the next request begins again, so that a database that is back is found at once.
_PATIENCE_SECONDS: Final = 5.0
# A server that is gone without a word is noticed within some ten seconds.
ANSWERS_OR_ENDS: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# The login's limit (roles.sql): as long as another one may take.
_LONGEST_STATEMENT_SECONDS: Final = 15.0


class RawJson(Loader):
    """JSON as the bytes that the database sent, not parsed."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def reading_pool(
    url: str,
    *,
    size: int = 4,
    least: int = 1,
    application_name: str = "modelbook",
    options: str | None = None,
    patience_seconds: float | None = None,
) -> AnyPool:
    """Return an unopened pool whose connections return `json` columns as bytes and parse `jsonb` columns."""
    return AsyncConnectionPool(
        url,
        min_size=least,
        max_size=size,
        open=False,
        timeout=_PATIENCE_SECONDS if patience_seconds is None else patience_seconds,
        reconnect_timeout=_PATIENCE_SECONDS,
        kwargs={
            "autocommit": True,
            "application_name": application_name,
            "options": options,
            **ANSWERS_OR_ENDS,
        },
        configure=_configure_reading,
    )


def long_reading_pool(url: str, *, size: int = 2) -> AnyPool:
    """Return such a pool for statements that may take seconds, so that usual ones never wait for them."""
    return reading_pool(
        url, size=size, least=0, application_name="modelbook long reads", patience_seconds=_LONGEST_STATEMENT_SECONDS
    )


def replica_pool(url: str, *, size: int) -> AnyPool:
    """Return such a pool for a replica. It opens connections when they are requested, and none to one that is lost."""
    return reading_pool(url, size=size, least=0, application_name="modelbook replica")


def administrators_pool(url: str, *, size: int, least: int = 1, application_name: str) -> AnyPool:
    """Return such a pool for the administrators' login, which uses no pooler and sets its own time limits."""
    return reading_pool(url, size=size, least=least, application_name=application_name, options=_ADMINISTRATORS_OPTIONS)


def writing_pool(url: str, *, size: int = 4, application_name: str = "modelbook log") -> AnyThreadPool:
    """Return an unopened pool for the recorder's threads."""
    return ConnectionPool(
        url,
        min_size=1,
        max_size=size,
        open=False,
        timeout=_PATIENCE_SECONDS,
        reconnect_timeout=_PATIENCE_SECONDS,
        kwargs={
            "autocommit": True,
            "application_name": application_name,
            "client_encoding": "UTF8",
            **ANSWERS_OR_ENDS,
        },
        configure=_configure_writing,
    )


class RawBinaryJson(RawJson):
    """JSON as bytes, from a result in the binary format."""

    format = Format.BINARY


async def _configure_reading(connection: AsyncConnection[Any]) -> None:
    connection.adapters.register_loader("json", RawJson)
    connection.adapters.register_loader("json", RawBinaryJson)
    row = await (await connection.execute(_SQL["backend"])).fetchone()
    if row != (connection.info.backend_pid,):
        # What is prepared on one of a pooler's connections is not there on the next.
        connection.prepare_threshold = None


def _configure_writing(connection: Connection[Any]) -> None:
    if connection.execute(_SQL["backend"]).fetchone() != (connection.info.backend_pid,):
        connection.prepare_threshold = None
        # If the connection is lost, this finds the server's process that works for it.
        connection.execute(_SQL["name_session"], {"name": f"modelbook log, pooled {uuid4()}"})
