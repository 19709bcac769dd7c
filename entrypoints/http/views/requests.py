"""The route of the request log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from aiohttp import web

from application.errors import InvalidInput
from application.run_in_thread import run_in_thread_if_large
from application.usage.request_log import RequestFilter
from application.usage.usage_ledger import TOKEN_KINDS
from entrypoints.http.answers.requests import LoggedRequest, RequestPage
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.requests import RequestsQuery, label_of
from entrypoints.http.csv_rows import csv_headers, csv_lines, wants_csv
from entrypoints.http.field_types import camel
from entrypoints.http.json_responses import json_bytes, json_response
from entrypoints.http.pagination import Position, cursor_after, page_bytes, position_of
from entrypoints.http.parse_request import query_of
from entrypoints.http.routes import Answer, endpoint

if TYPE_CHECKING:
    from uuid import UUID

    from application.usage import request_log
    from application.usage.request_log import RequestLog

MOST_ROWS: Final = 100_000
"""Calls in one CSV file."""

_ROWS_AT_ONCE: Final = 1_000
_COLUMNS: Final = (
    "ended_at",
    "id",
    "request_id",
    "actor",
    "access_key_id",
    "labels",
    "door",
    "operation",
    "is_streamed",
    "model_asked",
    "model_id",
    "provider_id",
    "provider_type",
    "provider_model_id",
    "outcome",
    "cost_usd",
    "cost_unknown",
    "first_byte_ms",
    "duration_ms",
    "upstream_request_id",
    "ignored_fields",
    "attempt_count",
)
_HEAD: Final = csv_lines(
    [["costUnknownReason" if name == "cost_unknown" else camel(name) for name in (*_COLUMNS, *TOKEN_KINDS)]]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestViews:
    """Turns questions about past calls into queries."""

    log: RequestLog

    @endpoint(
        "GET",
        "/api/ai/requests",
        access=Access.VIEWER,
        tag="prompts",
        query=RequestsQuery,
        answers={
            200: Answer(
                description="A page of calls; as CSV all that match.",
                schema=RequestPage,
                csv="endedAt,id,requestId,...\r\n2026-01-31T12:00:00Z,...\r\n",
            )
        },
    )
    async def list_requests(self, request: web.Request) -> web.StreamResponse:
        """List the calls of clients

        One entry for each prompt, embedding and count of tokens at any door, the newest first: who asked for which
        model, which one answered, what was tried, tokens, cost and time. No prompts and no answers. A call is listed at
        most a second after it ended, and for 30 days unless the operator has set another time. What was refused before
        a model was looked for, such as a body that makes no sense, is not listed.

        With `format=csv`, or `Accept: text/csv`, all that match come as CSV, at most 100,000: of more, ask for parts
        with `from` and `to`. Texts that a spreadsheet would take for a formula have an apostrophe before them.
        """
        query = query_of(request, RequestsQuery)
        filters = RequestFilter(
            since=query.since,
            until=query.until,
            model=query.model,
            provider_id=query.provider,
            access_key_id=query.key,
            actor=query.actor,
            outcome=query.outcome,
            label=label_of(query.label),
            request_id=query.q,
        )
        if wants_csv(request, query.format):
            return await self._csv(request, filters)
        entries = await self.log.newest(filters, query.limit + 1, _before(query))
        shown = entries[: query.limit]
        cursor = None
        if len(entries) > query.limit:
            cursor = cursor_after(Position(shown[-1].ended_at.isoformat(), shown[-1].id), query)
        rows = [json_bytes(LoggedRequest.model_validate(entry)) for entry in shown]
        total = await self.log.count(filters) if query.include_total else None
        return json_response(page_bytes(rows, limit=query.limit, next_cursor=cursor, total=total))

    async def _csv(self, request: web.Request, filters: RequestFilter) -> web.StreamResponse:
        if await self.log.count(filters, most=MOST_ROWS + 1) > MOST_ROWS:
            raise InvalidInput("?from", f"These are more than {MOST_ROWS:,} calls: name a shorter time (from, to).")
        response = web.StreamResponse(headers=csv_headers("requests.csv"))
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        await response.write(_HEAD)
        before: tuple[datetime, UUID] | None = None
        for _ in range(MOST_ROWS // _ROWS_AT_ONCE):
            entries = await self.log.newest(filters, _ROWS_AT_ONCE, before)
            await response.write(
                await run_in_thread_if_large(entries, lambda entries=entries: csv_lines(map(_cells, entries)))  # type: ignore[misc]
            )
            if len(entries) < _ROWS_AT_ONCE:
                break
            before = (entries[-1].ended_at, entries[-1].id)
        await response.write_eof()
        return response


def _before(query: RequestsQuery) -> tuple[datetime, UUID] | None:
    position = position_of(query, "time")
    return (position.value, position.id) if position and isinstance(position.value, datetime) else None


def _cells(entry: request_log.LoggedRequest) -> list[object]:
    return [getattr(entry, name) for name in _COLUMNS] + [getattr(entry.tokens, name) for name in TOKEN_KINDS]
