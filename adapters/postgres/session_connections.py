"""Opens sessions, and detects transaction poolers, which cannot provide them."""

from typing import Any, Final

import psycopg

from adapters.sql import statements
from application.errors import ApplicationError

Connection = psycopg.Connection[tuple[Any, ...]]

_SQL: Final = statements("adapters.postgres", "session_connections.sql")
_OPTIONS: Final = "-c modelbook.session=kept"
_SECONDS: Final = 5


class PoolerInTheWay(ApplicationError):
    """The URL leads to a transaction pooler, but this work needs a session of its own."""

    code = "pooler-in-the-way"


def connected_session(url: str, *, setting: str) -> Connection:
    """Return a session in autocommit mode with these options. `setting` names the URL in messages.

    A pooler refuses or forgets the start-up options of a session.

    Raises:
        PoolerInTheWay: the URL leads to a transaction pooler.
        psycopg.Error: the database cannot be reached.
    """
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=_SECONDS, options=_OPTIONS)
    except psycopg.OperationalError:
        # Where it works without them, they were why it did not.
        psycopg.connect(url, connect_timeout=_SECONDS).close()
        raise _in_the_way(setting) from None
    if connection.execute(_SQL["kept"]).fetchone() != (True,):
        connection.close()
        raise _in_the_way(setting)
    return connection


def _in_the_way(setting: str) -> PoolerInTheWay:
    return PoolerInTheWay(
        f"{setting} leads to a connection pooler: locks, jobs and notifications need server sessions, so give the "
        "server's own address there. (A pooler may be used for MODELBOOK_DATABASE_URL.)"
    )
