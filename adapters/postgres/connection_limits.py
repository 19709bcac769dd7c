"""Checks once, at the start, that Postgres gives as many connections as the serving processes may open."""

from typing import Final

import psycopg

from adapters.database_errors import reachable
from adapters.sql import statements
from application.errors import ApplicationError

_SQL: Final = statements("adapters.postgres", "connection_limits.sql")


class TooFewConnections(ApplicationError):
    """Postgres gives fewer connections than the serving processes may open."""

    code = "too-few-connections"


def check_reading_connections(read_url: str, *, reading: int) -> None:
    """Check that the login may open so many connections to the replica, which counts them for itself.

    Raises:
        TooFewConnections: it may not.
        Unavailable: the replica cannot be reached.
    """
    _check(read_url, reading, reading, what="the replica")


def check_connections(database_url: str, admin_database_url: str, *, serving: int, administrating: int) -> None:
    """Check that both logins may open so many connections, together no more than the server has for all.

    What a pooler gives to its clients is its own affair: behind one, only the administrators' login counts.

    Raises:
        TooFewConnections: they may not.
        Unavailable: the database cannot be reached.
    """
    needed = _check(admin_database_url, administrating, administrating)
    _check(database_url, serving, needed + serving)


def _check(url: str, wanted: int, needed: int, *, what: str = "Postgres") -> int:
    """Return how many connections are needed so far, all to the same server: none behind a pooler."""
    with reachable(), psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        row = connection.execute(_SQL["limits"]).fetchone()
        if row is None or row[3] != connection.info.backend_pid:
            return 0
        of_server, of_database, of_login, _ = row
        user = connection.info.user
    for given, asked, whose, where in (
        (of_server, needed, "the server gives", "max_connections of the server"),
        (of_database, needed, "the database allows", "the database's CONNECTION LIMIT"),
        (of_login, wanted, f"the login {user} is allowed", "its CONNECTION LIMIT"),
    ):
        if 0 <= given < asked:
            raise TooFewConnections(
                f"The processes may open {asked} connections to {what}, but {whose} {given}: lower "
                f"MODELBOOK_WORKERS, MODELBOOK_POOL_SIZE or MODELBOOK_LONG_POOL_SIZE, or raise {where}."
            )
    return needed
