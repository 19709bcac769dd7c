"""Checks once, at the start, that Postgres gives as many connections as the serving processes may open."""

from __future__ import annotations

from typing import Final

import psycopg

from adapters.database_errors import reachable
from adapters.sql import statements
from application.errors import ApplicationError

_SQL: Final = statements("adapters.postgres", "connection_limits.sql")


class TooFewConnections(ApplicationError):
    """Postgres gives fewer connections than the serving processes may open."""

    code = "too-few-connections"


def check_connections(database_url: str, admin_database_url: str, *, serving: int, administrating: int) -> None:
    """Check that both logins may open so many connections, together no more than the server has for all.

    What a pooler gives to its clients is its own affair: behind one, only the administrators' login counts.

    Raises:
        TooFewConnections: they may not.
        Unavailable: the database cannot be reached.
    """
    needed = 0
    for url, wanted in ((admin_database_url, administrating), (database_url, serving)):
        with reachable(), psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            row = connection.execute(_SQL["limits"]).fetchone()
            if row is None or row[3] != connection.info.backend_pid:
                continue
            of_server, of_database, of_login, _ = row
            user = connection.info.user
        needed += wanted
        for given, asked, whose, where in (
            (of_server, needed, "the server gives", "max_connections of the server"),
            (of_database, needed, "the database allows", "the database's CONNECTION LIMIT"),
            (of_login, wanted, f"the login {user} is allowed", "its CONNECTION LIMIT"),
        ):
            if 0 <= given < asked:
                raise TooFewConnections(
                    f"The processes may open {asked} connections to Postgres, but {whose} {given}: lower "
                    f"MODELBOOK_WORKERS, MODELBOOK_POOL_SIZE or MODELBOOK_LONG_POOL_SIZE, or raise {where}."
                )
