"""What an error of psycopg means: that the database cannot be reached, or which constraint was violated."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from application.errors import Unavailable

_NAMED: Final = re.compile(r'constraint "([^"]+)"')
# A cluster puts the number of the shard behind the name.
_SHARD: Final = re.compile(r"_\d{6,}$")


@contextmanager
def reachable() -> Iterator[None]:
    """Translate psycopg's error when the database cannot be reached.

    Raises:
        Unavailable: it cannot.
    """
    try:
        yield
    except psycopg.OperationalError as error:
        raise Unavailable from error


def violated_constraint(error: psycopg.Error) -> str | None:
    """Return the name of the violated constraint, or None if the error names none.

    A server names it in a field of the error; a cluster that relays the error of a server only in the message.
    """
    if not (error.sqlstate or "").startswith("23"):
        return None
    name = error.diag.constraint_name
    if name is None:
        named = _NAMED.search(error.diag.message_primary or "")
        name = named and named[1]
    return name and _SHARD.sub("", name)
