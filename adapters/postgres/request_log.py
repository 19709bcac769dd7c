"""The request log: lists with filters and keyset pages, and the sweep of what is too old."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed
from psycopg.types.json import Jsonb

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from adapters.postgres.keyset_pages import NO_TOTAL
from adapters.postgres.log_pages import joined_log_page, log_parameters, log_statement
from adapters.postgres.tenant_statements import Tenant
from adapters.sql import statements
from application.ports.log_pages import LogPage
from application.usage.request_log import RequestFilter

_SQL: Final = statements("adapters.postgres", "request_log.sql")
_CONDITIONS: Final[dict[str, LiteralString]] = {
    "since": "ended_at >= %(since)s",
    "until": "ended_at < %(until)s",
    "model": "(model_asked = %(model)s OR provider_model_id = %(model)s)",
    "model_id": "(model_id = %(model_id)s OR model_asked = %(model_id)s::text)",
    "provider_id": "provider_id = %(provider_id)s",
    "access_key_id": "access_key_id = %(access_key_id)s",
    "actor": "actor = %(actor)s",
    "outcome": "outcome = %(outcome)s",
    "label": "labels @> %(label)s",
    "request_id": "(request_id = %(request_id)s OR upstream_request_id = %(request_id)s)",
    "before_time": "(ended_at, id) < (%(before_time)s, %(before_id)s)",
}
_SWEPT: Final = {
    "requests": ("organizations_with_old_requests", "sweep_requests"),
    "hours": ("organizations_with_old_hours", "sweep_hours"),
    "answers": ("organizations_with_old_answers", "sweep_answers"),
}
_ORGANIZATIONS_A_SWEEP: Final = 1000
_PLACES: Final = frozenset({"since", "until", "request_id"})
"""Conditions that an index finds the place of; others are looked for."""

# Some 10 ms.
_LOOKED_AT: Final = 20_000
_STATEMENTS_A_PAGE: Final = 25

Position = tuple["datetime", UUID]
"""When a call ended, and its id."""


class PostgresRequestLog:
    """Implements `application.usage.request_log.RequestLog`."""

    def __init__(
        self, tenant: Tenant, *, looked_at: int = _LOOKED_AT, statements_a_page: int = _STATEMENTS_A_PAGE
    ) -> None:
        """Look at so many calls in each of so many statements for a page at most.

        A page for which more would have to be looked at ends before it is full, and the next one goes on there.
        """
        self._tenant = tenant
        self._looked_at = looked_at
        self._statements_a_page = statements_a_page

    async def page(self, filters: RequestFilter, limit: int, before: Position | None) -> LogPage[Position]:
        return await self._page("request_documents", filters, limit, before)

    async def lines(self, filters: RequestFilter, limit: int, before: Position | None) -> LogPage[Position]:
        return await self._page("request_lines", filters, limit, before)

    async def count(self, filters: RequestFilter, *, most: int | None = None) -> int:
        parameters = _parameters(filters)
        statement = _statement("request_count", tuple(parameters))
        count: int = (await self._tenant.rows(statement, {**parameters, "limit": most}))[0][0]
        return count

    async def _page(self, name: str, filters: RequestFilter, limit: int, before: Position | None) -> LogPage[Position]:
        parameters = _parameters(filters)
        chosen = tuple(name for name in parameters if name not in _PLACES)
        places = tuple(name for name in parameters if name in _PLACES)
        parameters |= {"looked_at": self._looked_at if chosen else limit + 1}
        texts: list[bytes] = []
        for _ in range(self._statements_a_page):
            here = places if before is None else (*places, "before_time")
            if before is not None:
                parameters |= {"before_time": before[0], "before_id": before[1]}
            statement = _paged(name, here, chosen)
            [(text, count, *last, end)] = await self._tenant.rows(statement, {**parameters, **log_parameters(limit)})
            texts += [text] if text else []
            if count > limit:
                # Where the page was full, what is more is found here, and the next page begins here as well.
                return joined_log_page(name, texts, (last[0], last[1]) if limit else before)
            limit -= count
            if end is None:
                return joined_log_page(name, texts, None)
            before = end
        return joined_log_page(name, texts, before)


class PostgresUsageSweep:
    """Implements `application.usage.sweep_usage.UsageSweep` on the administrators' login."""

    def __init__(self, pool: AnyPool) -> None:
        self._pool = pool

    async def sweep_requests(self, before: datetime, limit: int) -> int | None:
        return await self._sweep("requests", before, limit)

    async def sweep_hours(self, before: datetime, limit: int) -> int | None:
        return await self._sweep("hours", before, limit)

    async def sweep_answers(self, before: datetime, limit: int) -> int | None:
        return await self._sweep("answers", before, limit)

    async def _sweep(self, kind: str, before: datetime, limit: int) -> int | None:
        find, sweep = (SQL(_SQL[name]).format() for name in _SWEPT[kind])
        deleted = 0
        with reachable():
            async with self._pool.connection() as connection, connection.transaction():
                cursor = await connection.execute(SQL(_SQL["take_turn"]))
                if await cursor.fetchone() != (True,):
                    return None
                parameters = {"before": before, "limit": _ORGANIZATIONS_A_SWEEP}
                organizations = await (await connection.execute(find, parameters)).fetchall()
                for (organization_id,) in organizations:
                    parameters = {"organization_id": organization_id, "before": before, "limit": limit - deleted}
                    deleted += (await connection.execute(sweep, parameters)).rowcount
                    if deleted >= limit:
                        break
        return deleted


def _parameters(filters: RequestFilter) -> dict[str, Any]:
    model_id = _uuid(filters.model)
    values: Mapping[str, Any] = {
        "since": filters.since,
        "until": filters.until,
        "model": filters.model if model_id is None else None,
        "model_id": model_id,
        "provider_id": filters.provider_id,
        "access_key_id": filters.access_key_id,
        "actor": filters.actor,
        "outcome": filters.outcome,
        "label": None if filters.label is None else Jsonb(dict([filters.label])),
        "request_id": filters.request_id,
    }
    return {name: value for name, value in values.items() if value is not None}


def _uuid(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None


@cache
def _statement(name: str, conditions: tuple[str, ...]) -> bytes:
    return SQL(_SQL[name]).format(conditions=_all_of(conditions)).as_bytes()


@cache
def _paged(name: str, places: tuple[str, ...], conditions: tuple[str, ...]) -> bytes:
    searched = SQL(_SQL["searched"]).format(places=_all_of(places), conditions=_all_of(conditions))
    # In the same statement, which sees the same calls: one that has ended since would move the end by one.
    end = SQL(_SQL["last_searched"]).format(places=_all_of(places)) if conditions else NO_TOTAL
    return log_statement(name, SQL(_SQL[name]).format(searched=searched), end)


def _all_of(conditions: tuple[str, ...]) -> Composed:
    return SQL(" AND ").join(SQL(_CONDITIONS[name]) for name in conditions) if conditions else SQL("true").format()
