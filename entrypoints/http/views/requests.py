"""The route of the request log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from aiohttp import web

from application.usage.request_log import RequestFilter, RequestLog
from application.usage.usage_ledger import TOKEN_KINDS
from entrypoints.http.answers.requests import RequestPage
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.requests import RequestsQuery, label_of
from entrypoints.http.csv_answers import CsvExport, wants_csv
from entrypoints.http.field_types import camel
from entrypoints.http.pagination import Position, log_response, position_of
from entrypoints.http.parse_request import query_of
from entrypoints.http.routes import Answer, endpoint

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
        replicated=True,
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

        One entry for each prompt, embedding and count of tokens in any API, the newest first: who requested which
        model, which one answered, what was tried, tokens, cost and time. No prompts and no answers. A call is listed at
        most a second after it ended, and for 30 days unless the operator has set another time. What was refused before
        a model was looked for, such as a body that makes no sense, is not listed.

        For a page at most 500,000 calls are looked at. Where few of very many match, it may have fewer than `limit`, or
        none, and a `nextCursor` to go on with.

        With `format=csv`, or `Accept: text/csv`, all that match come as CSV, at most 100,000: of more, request parts
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
            return await CSV.respond(request, self.log, filters)
        return log_response(
            await self.log.page(filters, query.limit, _before(query)),
            query,
            position=lambda last: Position(last[0].isoformat(), last[1]),
            total=await self.log.count(filters) if query.include_total else None,
        )


def _before(query: RequestsQuery) -> tuple[datetime, UUID] | None:
    position = position_of(query, "time")
    return (position.value, position.id) if position and isinstance(position.value, datetime) else None


CSV: Final = CsvExport(
    file_name="requests.csv",
    what="calls",
    columns=["costUnknownReason" if name == "cost_unknown" else camel(name) for name in (*_COLUMNS, *TOKEN_KINDS)],
)
