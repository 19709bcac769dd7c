"""Keyset pages: composed from fixed pieces of SQL, never from a caller's text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from psycopg.sql import SQL, Composed

from adapters.sql import statements
from application.ports.resource_documents import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import LiteralString

    from application.ports.resource_documents import PageRequest

    Statement = tuple[bytes, Mapping[str, Any]]

_SQL: Final = statements("adapters.postgres", "keyset_pages.sql")

# The table's own columns; both lists call their sort fields alike.
_ORDER: Final[dict[tuple[str, bool], LiteralString]] = {
    ("name", False): "name, id",
    ("name", True): "name DESC, id DESC",
    ("createdAt", False): "created_at, id",
    ("createdAt", True): "created_at DESC, id DESC",
}
_AFTER: Final[dict[tuple[str, bool], LiteralString]] = {
    ("name", False): "(name, id) > (%(after_value)s, %(after_id)s)",
    ("name", True): "(name, id) < (%(after_value)s, %(after_id)s)",
    ("createdAt", False): "(created_at, id) > (%(after_value)s::timestamptz, %(after_id)s)",
    ("createdAt", True): "(created_at, id) < (%(after_value)s::timestamptz, %(after_id)s)",
}
EVERYTHING: Final[LiteralString] = "true"

LIVE: Final[dict[str, LiteralString]] = {
    "provider": "ai_providers p LEFT JOIN provider_health h"
    " ON h.organization_id = p.organization_id AND h.provider_id = p.id",
    "model": "ai_models m",
    "webhook": "webhooks w LEFT JOIN webhook_cursors c"
    " ON c.organization_id = w.organization_id AND c.webhook_id = w.id",
    "key": "access_keys k LEFT JOIN access_key_uses u ON u.organization_id = k.organization_id AND u.key_id = k.id",
}
"""Where the documents of today come from."""

_PROVIDERS_NOW: Final[LiteralString] = "ai_providers p"
_PROVIDERS_THEN: Final[LiteralString] = "jsonb_populate_recordset(NULL::ai_providers, %(provider_rows)s) p"

_NOW: Final[LiteralString] = "now()"
_THEN: Final[LiteralString] = "least(%(until)s::timestamptz, now())"


@dataclass(frozen=True, slots=True)
class Conditions:
    """SQL conditions for the rows of a list of this kind, one of those in `LIVE`, and their parameters."""

    kind: str
    pieces: tuple[LiteralString, ...]
    parameters: Mapping[str, Any]


def page_statements(
    conditions: Conditions, request: PageRequest, source: LiteralString | None = None
) -> list[Statement]:
    """Return the statement of a page, and that of the total if it is requested. `page_of` reads the results."""
    page = listing(
        f"{conditions.kind}_documents",
        conditions.pieces,
        request.sort,
        descending=request.descending,
        after=request.after is not None,
        source=source,
    )
    statements: list[Statement] = [(page, {**conditions.parameters, **keyset_parameters(request)})]
    if request.include_total:
        count = composed(f"{conditions.kind}_count", conditions.pieces, source=source)
        statements.append((count, dict(conditions.parameters)))
    return statements


@cache
def listing(
    name: str,
    conditions: tuple[LiteralString, ...],
    sort: str,
    *,
    descending: bool,
    after: bool,
    source: LiteralString | None = None,
) -> bytes:
    """Return the statement of a page. Its result is a single row, because each row and value costs time to read.

    `source` replaces the current rows.
    """
    keyset = (_AFTER[sort, descending],) if after else ()
    rows = _filled(name, (*conditions, *keyset), _ORDER[sort, descending], source)
    return SQL(_SQL["page"]).format(listing=rows).as_bytes()


@cache
def composed(name: str, conditions: tuple[LiteralString, ...], source: LiteralString | None = None) -> bytes:
    """Return a named statement with its conditions filled in.

    With `source` it takes the parameters `until` and, for models, `provider_rows`; for models always `keyed_types`.
    """
    return _filled(name, conditions, "id", source).as_bytes()


def _filled(
    name: str, conditions: tuple[LiteralString, ...], order: LiteralString, source: LiteralString | None
) -> Composed:
    rows = source or LIVE[name.partition("_")[0]]
    moment = SQL(_NOW if source is None else _THEN)
    providers = SQL(_PROVIDERS_NOW if source is None else _PROVIDERS_THEN)
    unusable = SQL(_SQL["unusable"]).format(moment=moment, providers=providers)
    joined = SQL(" AND ").join(SQL(each).format(unusable=unusable) for each in conditions or (EVERYTHING,))
    return SQL(_SQL[name]).format(
        conditions=joined, order=SQL(order), source=SQL(rows), moment=moment, unusable=unusable
    )


@cache
def plain(name: str) -> bytes:
    """Return a named statement without placeholders."""
    return SQL(_SQL[name]).format().as_bytes()


def keyset_parameters(request: PageRequest) -> Mapping[str, Any]:
    """Return the parameters of a page. The limit is one more than requested, to see whether there are more rows."""
    value, row_id = request.after or (None, None)
    return {"limit": request.limit + 1, "shown": request.limit, "after_value": value, "after_id": row_id}


def page_of(results: Sequence[Sequence[tuple[Any, ...]]], request: PageRequest) -> Page:
    """Return the page from the results of `page_statements`."""
    [(joined, count, name, created_at, row_id)], *total = results
    next_after = None
    if count > request.limit:
        next_after = (name if request.sort == "name" else created_at.isoformat(), row_id)
    return Page(joined=joined or b"", next_after=next_after, total=total[0][0][0] if total else None)


def like(text: str) -> str:
    """Return a LIKE pattern that matches the text anywhere, with its wildcards escaped."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
