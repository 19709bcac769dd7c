"""Keyset pages: composed from fixed pieces of SQL, never from a caller's text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, LiteralString

from psycopg.sql import SQL, Composable, Composed, Literal

from adapters.sql import statements
from application.ports.resource_documents import Page, PageRequest
from domain.names import folded, name_key

_SQL: Final = statements("adapters.postgres", "keyset_pages.sql")
NO_TOTAL: Final = SQL("NULL::bigint")


@dataclass(frozen=True, slots=True)
class _Sorting:
    """What a list is sorted by: its key in a row of the table, its type, and its value in a finished document.

    An unknown value comes last, whether the list ascends or descends: it is as far away as can be.
    """

    key: LiteralString
    type: LiteralString
    value: LiteralString
    # Where the key is found that is not in the row itself.
    join: LiteralString = ""
    is_indexed: bool = False

    def ordered(self, *, descending: bool) -> LiteralString:
        key = self._known(self.key, descending=descending)
        return f"{key} DESC, id DESC" if descending else f"{key}, id"

    def after(self, *, descending: bool) -> LiteralString:
        key = self._known(self.key, descending=descending)
        sign: LiteralString = "<" if descending else ">"
        return f"({key}, id) {sign} (%(after_value)s::{self.type}, %(after_id)s)"

    def value_of(self, *, descending: bool) -> LiteralString:
        return f"{self._known(self.value, descending=descending)}::text"

    def _known(self, value: LiteralString, *, descending: bool) -> LiteralString:
        if self.type not in {"numeric", "float8"}:
            return value
        last: LiteralString = "-Infinity" if descending else "Infinity"
        return f"coalesce(({value})::{self.type}, '{last}'::{self.type})"


# The tables' own columns; all lists call their sort fields alike.
_SORTINGS: Final[Mapping[str, _Sorting]] = {
    "name": _Sorting("name_key", "text", "document.name", is_indexed=True),
    "createdAt": _Sorting("created_at", "timestamptz", 'document."createdAt"', is_indexed=True),
    "updatedAt": _Sorting("updated_at", "timestamptz", 'document."updatedAt"'),
    "costPer1kTokens": _Sorting("coalesce(m.input_per_1k, m.output_per_1k)", "numeric", 'document."costPer1kTokens"'),
    # Whole numbers are sorted faster as doubles than as decimals, and need no more digits.
    "contextWindow": _Sorting("m.context_window", "float8", 'document."contextWindow"'),
    "maxTokens": _Sorting("m.max_tokens", "float8", 'document."maxTokens"'),
    # A day has the order of its digits.
    "retiresOn": _Sorting(
        "replace(m.retires_on, '-', '')::numeric", "numeric", "replace(document.\"retiresOn\", '-', '')::numeric"
    ),
    "budgetUsed": _Sorting(
        "coalesce(b.spent_usd, 0) / nullif(k.budget_usd, 0)",
        "numeric",
        "(document.budget ->> 'spentUsd')::numeric / nullif((document.budget ->> 'usd')::numeric, 0)",
    ),
    "provider": _Sorting(
        "owner.owner_key",
        "text",
        "(SELECT p.name_key FROM {providers}"
        ' WHERE p.organization_id = document."organizationId" AND p.id = document."providerId")',
        " LEFT JOIN (SELECT p.id AS owner_id, p.name_key AS owner_key FROM {providers}"
        " WHERE p.organization_id = %(organization_id)s) owner ON owner.owner_id = m.provider_id",
    ),
}
INDEXED_SORTS: Final = frozenset(name for name, sorting in _SORTINGS.items() if sorting.is_indexed)
"""Those for which a page reads no more than its own rows, where nothing is filtered."""

EVERYTHING: Final[LiteralString] = "true"

LIVE: Final[dict[str, LiteralString]] = {
    "provider": "ai_providers p LEFT JOIN provider_health h"
    " ON h.organization_id = p.organization_id AND h.provider_id = p.id",
    "model": "ai_models m",
    "webhook": "webhooks w LEFT JOIN webhook_cursors c"
    " ON c.organization_id = w.organization_id AND c.webhook_id = w.id",
    "member": "members m LEFT JOIN member_profiles p ON p.organization_id = m.organization_id AND p.member_id = m.id",
    "key": "access_keys k LEFT JOIN access_key_uses u ON u.organization_id = k.organization_id AND u.key_id = k.id",
}
"""Where the documents of today come from."""

BY_ID: Final[Mapping[str, LiteralString]] = {
    "provider": "p.id = %(id)s",
    "model": "m.id = %(id)s",
    "webhook": "w.id = %(id)s",
    "member": "m.id = %(id)s",
    "key": "k.id = %(id)s",
}
"""The condition for the one resource with this id."""

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


def page_statement(
    conditions: Conditions, request: PageRequest, source: LiteralString | None = None
) -> tuple[bytes, dict[str, Any]]:
    """Return the statement of a page, and its parameters. `page_of` reads the result.

    `source` replaces the current rows.
    """
    statement = _page(
        conditions.kind,
        conditions.pieces,
        request.sort,
        descending=request.descending,
        after=request.after is not None,
        include_total=request.include_total,
        source=source,
        limit=_planned_limit(conditions, request),
    )
    return statement, {**conditions.parameters, **_keyset_parameters(request)}


def _planned_limit(conditions: Conditions, request: PageRequest) -> int | None:
    """Return the limit where an index has the rows of the page in order, and none where Postgres had better plan each.

    Postgres supposes that a limit which is a parameter lets a tenth of the rows through, finds a plan for the one page
    better than that, and so plans every page anew. That takes as long as to read it.
    """
    return request.limit + 1 if request.sort in INDEXED_SORTS and not conditions.pieces else None


# For each limit that is asked for there is another one.
@lru_cache(maxsize=1024)
def _page(
    kind: str,
    conditions: tuple[LiteralString, ...],
    sort: str,
    *,
    descending: bool,
    after: bool,
    include_total: bool,
    source: LiteralString | None,
    limit: int | None,
) -> bytes:
    """Return the statement of a page. Its result is a single row, because each row and value costs time to read."""
    sorting = _SORTINGS[sort]
    keyset = (sorting.after(descending=descending),) if after else ()
    rows = _filled(f"{kind}_documents", (*conditions, *keyset), source, sorting, descending=descending, limit=limit)
    total: Composable = NO_TOTAL
    if include_total:
        # A first page that holds all that match has counted them.
        count = SQL(_SQL["total" if after else "total_of_first_page"])
        total = count.format(count=_filled(f"{kind}_count", conditions, source))
    return joined_rows(rows, total=total).as_bytes()


def joined_rows(listing: Composed, *, separator: LiteralString = "','", total: Composable = NO_TOTAL) -> Composed:
    """Return the statement of a page of the rows `body, sort_value, id`, of which it takes `limit` and shows `shown`.

    The separator of the rows' texts is an SQL literal; `total` is an expression for how many match in all.
    """
    return SQL(_SQL["page"]).format(listing=listing, separator=SQL(separator), total=total)


@cache
def composed(name: str, conditions: tuple[LiteralString, ...], source: LiteralString | None = None) -> bytes:
    """Return a named statement with its conditions filled in.

    With `source` it takes the parameters `until` and, for models, `provider_rows`; for models always `keyed_types`.
    """
    return _filled(name, conditions, source).as_bytes()


def _filled(
    name: str,
    conditions: tuple[LiteralString, ...],
    source: LiteralString | None,
    sorting: _Sorting | None = None,
    *,
    descending: bool = False,
    limit: int | None = None,
) -> Composed:
    moment = SQL(_NOW if source is None else _THEN)
    providers = SQL(_PROVIDERS_NOW if source is None else _PROVIDERS_THEN)
    pieces: dict[str, Composable] = {
        "moment": moment,
        "providers": providers,
        "retired": SQL(_SQL["retired"]).format(moment=moment),
        "types_without_prompts": SQL(_SQL["types_without_prompts"]),
    }
    pieces["unusable"] = SQL(_SQL["unusable"]).format(**pieces)
    join = SQL(sorting.join if sorting else "").format(**pieces)
    is_sorted = sorting is not None and not sorting.is_indexed and source is None
    pieces |= {
        "conditions": SQL(" AND ").join(SQL(each).format(**pieces) for each in conditions or (EVERYTHING,)),
        "order": SQL(sorting.ordered(descending=descending) if sorting else "id").format(**pieces),
        "sort_value": SQL(sorting.value_of(descending=descending) if sorting else "NULL").format(**pieces),
        "join": join,
        "limit": SQL("%(limit)s") if limit is None else Literal(limit),
        "source": SQL(source or LIVE[name.partition("_")[0]]) + join,
    }
    listed = SQL(_SQL["models_by_sorting" if is_sorted else "models_in_order"]).format(**pieces)
    return SQL(_SQL[name]).format(listed=listed, **pieces)


@cache
def plain(name: str) -> bytes:
    """Return a named statement without placeholders."""
    return SQL(_SQL[name]).format().as_bytes()


def _keyset_parameters(request: PageRequest) -> Mapping[str, Any]:
    """Return the parameters of a page. The limit is one more than requested, to see whether there are more rows."""
    value, row_id = request.after or (None, None)
    if value is not None and request.sort == "name":
        value = name_key(value)
    return {"limit": request.limit + 1, "shown": request.limit, "after_value": value, "after_id": row_id}


def page_of(rows: Sequence[tuple[Any, ...]], request: PageRequest) -> Page:
    """Return the page from the result of `page_statement`."""
    [(joined, count, sort_value, row_id, total)] = rows
    next_after = (sort_value, row_id) if count > request.limit else None
    return Page(joined=joined or b"", next_after=next_after, total=total)


def like_folded(text: str) -> str:
    """Return a LIKE pattern that matches the folded text anywhere, with its wildcards escaped."""
    escaped = folded(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
