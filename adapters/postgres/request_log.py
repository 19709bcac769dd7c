"""The request log: lists with filters and keyset pages, and the sweep of what is too old."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from psycopg.sql import SQL, Composed
from psycopg.types.json import Jsonb

from adapters.database_errors import reachable
from adapters.postgres.log_pages import log_page_of, log_parameters, log_statement
from adapters.sql import statements

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import LiteralString

    from adapters.postgres.connection_pools import AnyPool
    from adapters.postgres.tenant_statements import Tenant
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


class PostgresRequestLog:
    """Implements `application.usage.request_log.RequestLog`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def page(
        self, filters: RequestFilter, limit: int, before: tuple[datetime, UUID] | None
    ) -> LogPage[tuple[datetime, UUID]]:
        return await self._page("request_documents", filters, limit, before)

    async def lines(
        self, filters: RequestFilter, limit: int, before: tuple[datetime, UUID] | None
    ) -> LogPage[tuple[datetime, UUID]]:
        return await self._page("request_lines", filters, limit, before)

    async def count(self, filters: RequestFilter, *, most: int | None = None) -> int:
        parameters = _parameters(filters)
        statement = _statement("request_count", tuple(parameters))
        count: int = (await self._tenant.rows(statement, {**parameters, "limit": most}))[0][0]
        return count

    async def _page(
        self, name: str, filters: RequestFilter, limit: int, before: tuple[datetime, UUID] | None
    ) -> LogPage[tuple[datetime, UUID]]:
        parameters = _parameters(filters)
        if before is not None:
            parameters |= {"before_time": before[0], "before_id": before[1]}
        names = tuple(name for name in parameters if name != "before_id")
        rows = await self._tenant.rows(_paged(name, names), {**parameters, **log_parameters(limit)})
        return log_page_of(rows, limit)


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


def _filtered(name: str, conditions: tuple[str, ...]) -> Composed:
    joined = SQL(" AND ").join(SQL(_CONDITIONS[condition]) for condition in conditions) if conditions else SQL("true")
    return SQL(_SQL[name]).format(conditions=joined)


@cache
def _statement(name: str, conditions: tuple[str, ...]) -> bytes:
    return _filtered(name, conditions).as_bytes()


@cache
def _paged(name: str, conditions: tuple[str, ...]) -> bytes:
    return log_statement(name, _filtered(name, conditions))
