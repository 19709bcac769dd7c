"""Work on pooled connections, and what became of it when a connection is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg

from adapters.event_store.ledger_errors import ConnectionLost, library_error
from adapters.sql import statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg_pool import ConnectionPool

Connection = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")

_SQL: Final = statements("adapters.event_store", "statements.sql")


class Connections:
    """A pool whose errors are the event library's; every connection is in autocommit mode."""

    def __init__(self, pool: ConnectionPool[Connection]) -> None:
        self._pool = pool

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do the work once.

        Raises:
            ConnectionLost: the connection broke meanwhile, so whether the work was done is not known.
            OperationalError: the database could not be reached, or gave the work up.
            DatabaseError: the work is refused, for the reason that the more special error says.
        """
        connection: Connection | None = None
        backend, name = 0, ""
        try:
            with self._pool.connection() as connection:
                backend, name = connection.info.backend_pid, connection.info.parameter_status("application_name") or ""
                return work(connection)
        except psycopg.Error as error:
            if connection is not None and (connection.closed or _ended_by_server(error)):
                raise ConnectionLost(str(error), backend, name) from error
            raise library_error(error) from error

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do work that changes nothing, once more if its connection was lost: it may have died while it was idle."""
        try:
            return self.run(work)
        except ConnectionLost:
            self._pool.check()
            return self.run(work)

    def end(self, lost: ConnectionLost) -> bool:
        """End the server's process of a lost connection and wait for it; return whether it is certainly gone.

        What it was doing is either committed or rolled back by then: it may have received a statement and not begun.
        Behind a pooler of connections the process is known by the name that the pool has given the connection; where it
        has none, nothing is ended and nothing is certain.
        """

        def ended(connection: Connection) -> tuple[Any, ...] | None:
            parameters = {"backend": lost.backend, "name": lost.name, "own": connection.info.backend_pid}
            return connection.execute(_SQL["end_backend"], parameters).fetchone()

        row = self.read(ended)
        return row is not None and bool(row[0])


def _ended_by_server(error: psycopg.Error) -> bool:
    return error.diag.severity_nonlocalized in {"FATAL", "PANIC"}
