"""Pages of logs, written out by the database."""

from collections.abc import Mapping, Sequence
from typing import Final, LiteralString

from psycopg.sql import Composable, Composed

from adapters.postgres.keyset_pages import NO_TOTAL, joined_rows
from application.ports.log_pages import LogPage, Position

_BETWEEN: Final[Mapping[str, LiteralString]] = {"documents": "','", "lines": "''"}


def log_statement(name: str, entries: Composed, more: Composable = NO_TOTAL) -> bytes:
    """Return the statement that joins these entries: `…_documents`, as JSON, or `…_lines`, as CSV.

    The last column of its row is what `more` is.
    """
    return joined_rows(entries, separator=_BETWEEN[name.rpartition("_")[2]], total=more).as_bytes()


def log_parameters(limit: int) -> Mapping[str, int]:
    """Return the parameters of a page; one more than requested is read, to see whether there are more."""
    return {"limit": limit + 1, "shown": limit}


def joined_log_page(name: str, texts: Sequence[bytes], next_before: Position | None) -> LogPage[Position]:
    """Return the page of what several statements found, one after the other."""
    return LogPage(text=_BETWEEN[name.rpartition("_")[2]].strip("'").encode().join(texts), next_before=next_before)
