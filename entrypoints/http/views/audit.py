"""Routes of the audit trail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, Protocol
from uuid import UUID

from aiohttp import web
from pydantic import Field

from application.errors import AccessKeyNotFound, ModelNotFound, NotFound, ProviderNotFound
from application.members.members import MemberNotFound
from application.ports.audit_log import AuditFilter, AuditLog
from application.queries.resource_history import HistoryEntry, HistoryPage, Kind
from application.webhooks.webhooks import WebhookNotFound
from entrypoints.http.answers import audit as answers
from entrypoints.http.authorization import Access
from entrypoints.http.csv_answers import CsvExport, Format, wants_csv
from entrypoints.http.field_types import Id, Time
from entrypoints.http.pagination import Page, Position, entries_response, log_response, position_of
from entrypoints.http.parse_request import path_id, query_of
from entrypoints.http.routes import Answer, AnyHandler, endpoint

_NO_ID = UUID(int=0)


class HistoryQuery(Page):
    """Which part of a history."""


class AuditQuery(Page):
    """Which events of the organization."""

    aggregate_id: Annotated[Id | None, Field(description="Of this provider, model, access key or webhook.")] = None
    name: Annotated[
        str | None,
        Field(min_length=1, max_length=200, description="About what is called so, or was at first if it is removed."),
    ] = None
    actor: Annotated[str | None, Field(min_length=1, max_length=255, description="By this subject.")] = None
    command_id: Annotated[Id | None, Field(description="Recorded by this command, as a 503 or 500 names it.")] = None
    format: Annotated[
        Format | None, Field(description="Format of the answer; by default that of the header Accept.")
    ] = None
    type: Annotated[str | None, Field(min_length=1, max_length=100, description="Such as provider.renamed.")] = None
    since: Annotated[Time | None, Field(alias="from", description="Not before this time.")] = None
    until: Annotated[Time | None, Field(alias="to", description="Before this time.")] = None


class History(Protocol):
    """Lists the events of a provider, model, access key or webhook."""

    async def __call__(self, kind: Kind, aggregate_id: UUID, *, limit: int, before: int | None) -> HistoryPage:
        """Return events before a revision, newest first."""
        ...


def history_endpoint(
    path: str, not_found: type[NotFound], *, access: Access = Access.VIEWER
) -> Callable[[AnyHandler], AnyHandler]:
    """Make a view's method the handler of the route that shows a resource's history."""
    shown = {200: Answer(description="A page of the history.", schema=answers.History)}
    return endpoint("GET", path, access=access, query=HistoryQuery, answers=shown, problems=(not_found,))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditViews:
    """Turns an auditor's questions into queries."""

    log: AuditLog
    history: History

    @history_endpoint("/api/ai/providers/{id}/history", ProviderNotFound)
    async def provider_history(self, request: web.Request) -> web.Response:
        """Show who changed a provider

        Newest first, with the fields that differ before and after each event; also of one that was removed.
        """
        return await self._history(request, "provider")

    @history_endpoint("/api/ai/models/{id}/history", ModelNotFound)
    async def model_history(self, request: web.Request) -> web.Response:
        """Show who changed a model

        Newest first, with the fields that differ before and after each event; also of one that was removed.
        """
        return await self._history(request, "model")

    @history_endpoint("/api/ai/keys/{id}/history", AccessKeyNotFound)
    async def access_key_history(self, request: web.Request) -> web.Response:
        """Show who changed an access key

        Newest first, with the fields that differ before and after each event; also of one that was revoked.
        """
        return await self._history(request, "access-key")

    @history_endpoint("/api/ai/webhooks/{id}/history", WebhookNotFound)
    async def webhook_history(self, request: web.Request) -> web.Response:
        """Show who changed a webhook

        Newest first, with the fields that differ before and after each event; also of one that was removed.
        """
        return await self._history(request, "webhook")

    @history_endpoint("/api/ai/members/{id}/history", MemberNotFound, access=Access.ADMIN)
    async def member_history(self, request: web.Request) -> web.Response:
        """Show who changed a member

        Newest first; also of one that was removed, and of invitations that were withdrawn.
        """
        return await self._history(request, "member")

    @endpoint(
        "GET",
        "/api/ai/audit",
        access=Access.VIEWER,
        query=AuditQuery,
        answers={
            200: Answer(
                description="A page of events; as CSV all that match.",
                schema=answers.AuditPage,
                csv="at,type,actor,...\r\n2026-01-31T12:00:00Z,...\r\n",
            )
        },
    )
    async def list_audit(self, request: web.Request) -> web.StreamResponse:
        """List the organization's events

        The newest first: who did what, when, in which request, and its facts as stored in the log.

        With `format=csv`, or `Accept: text/csv`, all that match come as CSV, at most 100,000: of more, request parts
        with `from` and `to`. Texts that a spreadsheet would take for a formula have an apostrophe before them. What is
        to be proved elsewhere is exported instead (`/api/ai/audit/export`).
        """
        query = query_of(request, AuditQuery)
        filters = AuditFilter(
            aggregate_id=query.aggregate_id,
            name=query.name,
            actor=query.actor,
            command_id=query.command_id,
            topic=query.type,
            since=query.since,
            until=query.until,
        )
        if wants_csv(request, query.format):
            return await _CSV.respond(request, self.log, filters)
        return log_response(
            await self.log.page(filters, query.limit, _before(query)),
            query,
            position=lambda last: Position(last, _NO_ID),
            total=await self.log.count(filters) if query.include_total else None,
        )

    async def _history(self, request: web.Request, kind: Kind) -> web.Response:
        query = query_of(request, HistoryQuery)
        page = await self.history(kind, path_id(request, "id"), limit=query.limit + 1, before=_before(query))
        return await entries_response(
            page.entries,
            query,
            write=history_event,
            position=lambda last: Position(last.entry.revision, _NO_ID),
            total=page.total if query.include_total else None,
        )


def history_event(entry: HistoryEntry) -> answers.HistoryEvent:
    """Return an event with what it changed."""
    event = answers.AuditEvent.model_validate(entry.entry)
    changes = [answers.FieldChange.model_validate(change) for change in entry.changes]
    return answers.HistoryEvent.model_construct(**dict(event), changes=changes)


def _before(query: Page) -> int | None:
    position = position_of(query, "whole")
    return position.value if position is not None and isinstance(position.value, int) else None


_CSV: Final = CsvExport(
    file_name="audit.csv",
    what="events",
    columns=(
        "at",
        "type",
        "actor",
        "aggregateId",
        "aggregateName",
        "facts",
        "reason",
        "requestId",
        "commandId",
        "position",
        "actorName",
    ),
)
