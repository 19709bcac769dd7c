"""Runs work on pooled connections, and ends the server process of a lost connection."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import psycopg
from psycopg_pool import ConnectionPool

from adapters.event_store.ledger_errors import ConnectionLost, library_error
from adapters.sql import statements

Connection = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")

_SQL: Final = statements("adapters.event_store", "statements.sql")


class Connections:
    """A pool that raises the event library's errors. Every connection is in autocommit mode."""

    def __init__(self, pool: ConnectionPool[Connection]) -> None:
        self._pool = pool

    def run(self, work: Callable[[Connection], T]) -> T:
        """Run the work once.

        Raises:
            ConnectionLost: the connection broke during the work, so it is not known whether the work was done.
            OperationalError: the database could not be reached, or cancelled the work.
            DatabaseError: the database refused the work; the subclass gives the reason.
        """
        try:
            # Not as a context: all that it would do beyond this is for transactions, and nobody begins one here.
            connection = self._pool.getconn()
        except psycopg.Error as error:
            raise library_error(error) from error
        backend, name = connection.pgconn.backend_pid, connection.pgconn.parameter_status(b"application_name") or b""
        try:
            return work(connection)
        except psycopg.Error as error:
            if connection.closed or _ended_by_server(error):
                raise ConnectionLost(str(error), backend, name.decode()) from error
            raise library_error(error) from error
        finally:
            self._pool.putconn(connection)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run work that only reads. Retries once if the connection was lost, since it may have died while idle."""
        try:
            return self.run(work)
        except ConnectionLost:
            self._pool.check()
            return self.run(work)

    def end(self, lost: ConnectionLost) -> bool:
        """End the server process of a lost connection, wait for it, and return whether it is certainly gone.

        Its work is then either committed or rolled back; a statement that it had received may not have begun.
        Behind a connection pooler the process is found by the application name that the pool gave the connection.
        Without such a name nothing is ended, and the result is False.
        """

        def ended(connection: Connection) -> tuple[Any, ...] | None:
            parameters = {"backend": lost.backend, "name": lost.name, "own": connection.info.backend_pid}
            return connection.execute(_SQL["end_backend"], parameters).fetchone()

        row = self.read(ended)
        return row is not None and bool(row[0])


def _ended_by_server(error: psycopg.Error) -> bool:
    return error.diag.severity_nonlocalized in {"FATAL", "PANIC"}
