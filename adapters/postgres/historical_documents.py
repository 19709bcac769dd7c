"""Providers and models as of a time: rows folded from the log, read with the statements of the current lists."""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson
from psycopg.types.json import Jsonb

from adapters.postgres.keyset_pages import BY_ID, Conditions, composed, page_of, page_statement
from adapters.postgres.list_filters import model_conditions, provider_conditions
from adapters.postgres.tenant_statements import Tenant
from adapters.sql import composed_statements
from application.caller import current_caller
from application.errors import TooMuchHistory
from application.ports.resource_documents import Document, ModelFilter, Page, PageRequest, ProviderFilter
from application.projections.fold_log import DatedEvent, Row, no_rows, take_in
from application.projections.models import MODELS
from application.projections.providers import PROVIDERS
from application.projections.row_changes import LoggedEvent, Table
from application.run_in_thread import run_in_thread, run_in_thread_if_large
from application.turns import Turns
from domain.names import name_key

_SQL: Final = composed_statements("adapters.postgres", "historical_documents.sql")
_TABLES: Final[Mapping[str, Table]] = {"provider": "ai_providers", "model": "ai_models"}
_TOPICS: Final = {"provider": sorted(PROVIDERS.topics), "model": sorted(MODELS.topics)}
_SOURCES: Final[dict[str, LiteralString]] = {
    "provider": """
        jsonb_populate_recordset(NULL::ai_providers, %(rows)s) p LEFT JOIN LATERAL (
            SELECT CASE WHEN %(until)s::timestamptz IS NULL OR checked.last_check_at <= %(until)s
                        THEN checked.last_check_at
                        ELSE (SELECT max(c.checked_at) FROM provider_checks c
                              WHERE c.organization_id = %(organization_id)s AND c.provider_id = p.id
                                AND c.checked_at <= %(until)s) END AS last_check_at
            FROM provider_health checked
            WHERE checked.organization_id = %(organization_id)s AND checked.provider_id = p.id) h ON true""",
    "model": "jsonb_populate_recordset(NULL::ai_models, %(rows)s) m",
}
# At most some seconds of reading and folding; a thousand models have a few thousand events.
LONGEST_HISTORY: Final = 100_000
# Some 10 ms of work, after which others have their turn.
_BATCH: Final = 250
_SORTED_AT_ONCE: Final = 5_000
# Some 1 MB.
_MANY_ROWS: Final = 1_000
_MOST_FOLDS: Final = 4
_LARGEST_FOLD: Final = 4_000_000

Fold = tuple["UUID", str, int]
"""Of an organization, a kind, and up to a position."""


@dataclass(slots=True)
class _Folded:
    """Rows by their ids, each as JSON, that so many events have made. Folds share the rows in which they agree."""

    rows: dict[str, bytes] = field(default_factory=dict)
    names: list[tuple[str, str]] = field(default_factory=list)
    """The keys that names are ordered by, each with its row's id, in that order."""
    changed: dict[str, str | None] = field(default_factory=dict)
    """The keys that are not in order yet; none is of a row that is gone."""
    events: int = 0

    def json(self) -> bytes:
        return _list_of(self.rows.values())

    def json_by_name(self, request: PageRequest) -> bytes:
        """Return as a JSON list those of all rows that a page in the order of their names reads."""
        value, row_id = request.after or (None, None)
        after = None if value is None else (name_key(value), str(row_id))
        if request.descending:
            end = bisect_left(self.names, after) if after else len(self.names)
            chosen = self.names[max(0, end - request.limit - 1) : end]
        else:
            start = bisect_right(self.names, after) if after else 0
            chosen = self.names[start : start + request.limit + 1]
        return _list_of(self.rows[row_id] for _, row_id in chosen)

    def size(self) -> int:
        return sum(map(len, self.rows.values())) + sum(len(key) for key, _ in self.names)

    def take_in(self, table: Table, organization_id: str, batch: Sequence[tuple[Any, ...]], *, is_last: bool) -> None:
        """Carry the rows on by events of this table's kind, the next ones."""
        rows, ids = no_rows(), {event[1] for event in batch}
        held = rows[table]
        held |= {row_id: orjson.loads(self.rows[row_id]) for row_id in ids & self.rows.keys()}
        for _, aggregate_id, revision, topic, state, recorded_at in batch:
            event = LoggedEvent(aggregate_id, revision, topic, orjson.loads(state))
            take_in(rows, organization_id, DatedEvent(event, recorded_at))
        for row_id in ids:
            if row_id in held:
                self.rows[row_id] = orjson.dumps(held[row_id])
            else:
                self.rows.pop(row_id, None)
            self.changed[row_id] = held[row_id]["name_key"] if row_id in held else None
        if is_last or len(self.changed) >= _SORTED_AT_ONCE:
            names = [each for each in self.names if each[1] not in self.changed]
            self.names = sorted(names + [(key, row_id) for row_id, key in self.changed.items() if key is not None])
            self.changed = {}
        self.events += len(batch)


class PostgresHistoricalDocuments:
    """Implements `application.ports.historical_documents.HistoricalDocuments`; caches a few results for paging."""

    def __init__(
        self, tenant: Tenant, keyed_types: Sequence[str] = (), *, longest_history: int = LONGEST_HISTORY
    ) -> None:
        self._tenant = tenant
        self._keyed_types = list(keyed_types)
        self._longest_history = longest_history
        self._folds: OrderedDict[Fold, _Folded] = OrderedDict()
        self._folding = Turns()

    async def provider(self, row: Row, until: datetime | None) -> Document:
        return await self._document("provider", row, until, {})

    async def model(self, row: Row, provider: Row | None, until: datetime | None) -> Document:
        provider_rows = _recordset(orjson.dumps([] if provider is None else [provider]))
        return await self._document(
            "model", row, until, {"provider_rows": provider_rows, "keyed_types": self._keyed_types}
        )

    async def providers(self, filters: ProviderFilter, request: PageRequest, as_of: datetime) -> Page:
        return await self._page(provider_conditions(filters), request, as_of, {})

    async def models(self, filters: ModelFilter, request: PageRequest, as_of: datetime) -> Page:
        providers = await self._fold("provider", as_of)
        provider_rows = _recordset(await run_in_thread_if_large(providers.rows, providers.json, large=_MANY_ROWS))
        conditions = model_conditions(filters, self._keyed_types)
        return await self._page(conditions, request, as_of, {"provider_rows": provider_rows})

    async def seconds_ahead(self) -> float:
        rows = await self._tenant.rows(_SQL["seconds_ahead"], {})
        return rows[0][0] if rows else 0.0

    async def _document(self, kind: str, row: Row, until: datetime | None, more: Mapping[str, Any]) -> Document:
        statement = composed(f"{kind}_documents", (BY_ID[kind],), source=_SOURCES[kind])
        parameters = {"rows": _recordset(orjson.dumps([row])), "until": until, "id": row["id"], "limit": 1, **more}
        [found] = await self._tenant.rows(statement, parameters)
        return Document(json=found[0], revision=found[1])

    async def _page(
        self, conditions: Conditions, request: PageRequest, as_of: datetime, more: Mapping[str, Any]
    ) -> Page:
        folded = await self._fold(conditions.kind, as_of)
        if request.sort == "name" and not conditions.pieces:
            # The database works on all rows that it is sent: without a filter those of the page will do.
            rows, total = folded.json_by_name(request), len(folded.rows)
        else:
            rows, total = await run_in_thread_if_large(folded.rows, folded.json, large=_MANY_ROWS), None
        counted = request if total is None else replace(request, include_total=False)
        statement, parameters = page_statement(conditions, counted, _SOURCES[conditions.kind])
        past = {"rows": _recordset(rows), "until": as_of, **more}
        page = page_of(await self._tenant.rows(statement, parameters | past), counted)
        return replace(page, total=total) if request.include_total and total is not None else page

    async def _fold(self, kind: str, as_of: datetime) -> _Folded:
        """Return all rows of the kind at the time."""
        [[place]] = await self._tenant.rows(_SQL["place"], {"as_of": as_of})
        organization_id = current_caller().organization_id
        fold = (organization_id, kind, place)
        async with self._folding.of(organization_id):
            folded = self._folds.get(fold)
            if folded is None:
                folded = await self._folded(organization_id, kind, place)
                self._keep(fold, folded)
            else:
                self._folds.move_to_end(fold)
        return folded

    def _keep(self, fold: Fold, folded: _Folded) -> None:
        """Cache the rows. The past never changes, so entries are only evicted to save memory."""
        if folded.size() <= _LARGEST_FOLD:
            self._folds[fold] = folded
            if len(self._folds) > _MOST_FOLDS:
                self._folds.popitem(last=False)

    async def _folded(self, organization_id: UUID, kind: str, place: int) -> _Folded:
        after, folded = self._before(organization_id, kind, place)
        work = partial(folded.take_in, _TABLES[kind], str(organization_id))
        parameters: dict[str, Any] = {"until": place, "topics": _TOPICS[kind], "limit": _BATCH}
        while True:
            batch = await self._tenant.rows(_SQL["events"], {**parameters, "after": after})
            await run_in_thread(organization_id, partial(work, batch, is_last=len(batch) < _BATCH))
            if folded.events > self._longest_history:
                raise TooMuchHistory("?asOf", TooMuchHistory.__doc__ or "")
            if len(batch) < _BATCH:
                return folded
            after = batch[-1][0]

    def _before(self, organization_id: UUID, kind: str, place: int) -> tuple[int, _Folded]:
        """Return the newest place before this one whose rows are kept, and a copy of them; else the log's beginning."""
        places = [at for of, what, at in self._folds if (of, what) == (organization_id, kind) and at < place]
        if not places:
            return 0, _Folded()
        kept = self._folds[organization_id, kind, max(places)]
        return max(places), _Folded(dict(kept.rows), kept.names, events=kept.events)


def _list_of(rows: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(rows) + b"]"


def _recordset(rows: bytes) -> Jsonb:
    return Jsonb(rows, dumps=_as_it_is)


def _as_it_is(rows: bytes) -> bytes:
    return rows
