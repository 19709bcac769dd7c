"""The audit log: lists of events with filters and keyset pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson
from psycopg.sql import SQL, Composed

from adapters.postgres.log_pages import log_parameters, log_statement
from adapters.postgres.tenant_statements import Tenant
from adapters.sql import statements
from application.ports.audit_log import AuditEntry, AuditFilter
from application.ports.log_pages import LogPage
from domain.names import name_key

_SQL: Final = statements("adapters.postgres", "audit_log.sql")
_NO_END: Final = 2**31 - 1
_CONDITIONS: Final[dict[str, LiteralString]] = {
    "aggregate_id": "aggregate_id = %(aggregate_id)s",
    "called": "aggregate_id = ANY (%(called)s::uuid[])",
    "actor": "actor = %(actor)s",
    "command_id": "command_id = %(command_id)s",
    "topic": "topic = %(topic)s",
    "after": "org_sequence > %(after)s",
    "before": "org_sequence < %(before)s",
}


class PostgresAuditLog:
    """Implements `application.ports.audit_log.AuditLog`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def of_aggregate(self, aggregate_id: UUID, *, limit: int | None, before: int | None) -> Sequence[AuditEntry]:
        before = _NO_END if before is None else before
        parameters = {"aggregate_id": aggregate_id, "before": before, "limit": limit}
        return [_entry(row) for row in await self._tenant.rows(_statement("events_of_aggregate"), parameters)]

    async def at_revisions(self, aggregate_id: UUID, revisions: Sequence[int]) -> Sequence[AuditEntry]:
        parameters = {"aggregate_id": aggregate_id, "revisions": list(revisions)}
        return [_entry(row) for row in await self._tenant.rows(_statement("events_at_revisions"), parameters)]

    async def revision_at(self, aggregate_id: UUID, time: datetime) -> int:
        parameters = {"aggregate_id": aggregate_id, "time": time}
        revision: int = (await self._tenant.rows(_statement("revision_at"), parameters))[0][0]
        return revision

    async def page(self, filters: AuditFilter, limit: int, before: int | None) -> LogPage[int]:
        return await self._page("event_documents", filters, limit, before)

    async def lines(self, filters: AuditFilter, limit: int, before: int | None) -> LogPage[int]:
        return await self._page("event_lines", filters, limit, before)

    async def count(self, filters: AuditFilter, *, most: int | None = None) -> int:
        parameters = await self._parameters(filters)
        statement = _statement("event_count", tuple(parameters))
        count: int = (await self._tenant.rows(statement, {**parameters, "most": most}))[0][0]
        return count

    async def _page(self, name: str, filters: AuditFilter, limit: int, before: int | None) -> LogPage[int]:
        parameters = await self._parameters(filters, before)
        statement = _paged(name, tuple(parameters))
        rows = await self._tenant.rows(statement, {**parameters, **log_parameters(limit)})
        [(text, count, last, _, _)] = rows
        return LogPage(text=text or b"", next_before=last if count > limit else None)

    async def _parameters(self, filters: AuditFilter, before: int | None = None) -> Mapping[str, Any]:
        after = None
        if filters.since is not None or filters.until is not None:
            # Times grow with the sequence: the search finds both ends without reading what is between them.
            times = {"since": filters.since, "until": filters.until}
            [[after, end]] = await self._tenant.rows(_statement("places"), times)
            if end is not None:
                before = min(before or end + 1, end + 1)
        called = None
        if filters.name is not None:
            names = {"name": filters.name, "name_key": name_key(filters.name)}
            [[found]] = await self._tenant.rows(_statement("called"), names)
            called = found or []
        values = {
            "aggregate_id": filters.aggregate_id,
            "called": called,
            "actor": filters.actor,
            "command_id": filters.command_id,
            "topic": filters.topic,
            "after": after,
            "before": before,
        }
        return {name: value for name, value in values.items() if value is not None}


def _filtered(name: str, conditions: tuple[str, ...]) -> Composed:
    joined = SQL(" AND ").join(SQL(_CONDITIONS[condition]) for condition in conditions) if conditions else SQL("true")
    return SQL(_SQL[name]).format(conditions=joined)


@cache
def _statement(name: str, conditions: tuple[str, ...] = ()) -> bytes:
    return _filtered(name, conditions).as_bytes()


@cache
def _paged(name: str, conditions: tuple[str, ...]) -> bytes:
    entries = SQL(_SQL[name]).format(named_events=_filtered("named_events", conditions))
    return log_statement(name, entries)


def _entry(row: tuple[Any, ...]) -> AuditEntry:
    return AuditEntry(
        position=row[0],
        aggregate_id=row[1],
        revision=row[2],
        topic=row[3],
        facts=orjson.loads(row[4]),
        actor=row[5],
        command_id=row[6],
        correlation_id=row[7],
        reason=row[8],
        recorded_at=row[9],
        hash=row[10],
        actor_name=row[11],
    )
