"""Pages of logs, written out by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, LiteralString

from adapters.postgres.keyset_pages import page_statement
from application.ports.log_pages import LogPage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from psycopg.sql import Composed

_BETWEEN: Final[Mapping[str, LiteralString]] = {"documents": "','", "lines": "''"}


def log_statement(name: str, entries: Composed) -> bytes:
    """Return the statement that joins these entries: `…_documents`, as JSON, or `…_lines`, as CSV."""
    return page_statement(entries, separator=_BETWEEN[name.rpartition("_")[2]]).as_bytes()


def log_parameters(limit: int) -> Mapping[str, int]:
    """Return the parameters of a page; one more than requested is read, to see whether there are more."""
    return {"limit": limit + 1, "shown": limit}


def log_page_of(rows: Sequence[tuple[Any, ...]], limit: int) -> LogPage[tuple[Any, UUID]]:
    """Return the page from the result of a `log_statement`; a position is the value that is sorted by, and the id."""
    [(text, count, value, entry_id)] = rows
    return LogPage(text=text or b"", next_before=(value, entry_id) if count > limit else None)
