"""The history of a provider, model, access key, webhook or member, with changed fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from application.errors import AccessKeyNotFound, ModelNotFound, NotFound, OrganizationNotFound, ProviderNotFound
from application.members.members import MemberNotFound
from application.ports.audit_log import AuditEntry, AuditLog
from application.ports.historical_documents import HistoricalRows
from application.projections.project_event import project
from application.projections.projected_documents import (
    access_key_fields,
    member_fields,
    model_fields,
    organization_fields,
    provider_fields,
    webhook_fields,
)
from application.projections.row_changes import LoggedEvent, merged
from application.run_in_thread import run_in_thread_if_large
from application.webhooks.webhooks import WebhookNotFound

Kind = Literal["provider", "model", "access-key", "webhook", "member", "organization"]

_FIELDS: Final[dict[Kind, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "provider": provider_fields,
    "model": model_fields,
    "access-key": access_key_fields,
    "webhook": webhook_fields,
    "member": member_fields,
    "organization": organization_fields,
}


_MISSING: Final[dict[Kind, type[NotFound]]] = {
    "provider": ProviderNotFound,
    "model": ModelNotFound,
    "access-key": AccessKeyNotFound,
    "webhook": WebhookNotFound,
    "member": MemberNotFound,
    "organization": OrganizationNotFound,
}


# Of a model with many fields some 2 ms.
_EVENTS_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field of the resource, before and after an event."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """An event and the fields it changed."""

    entry: AuditEntry
    changes: Sequence[FieldChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """A part of a history, newest first; `total` is how many events the whole has."""

    entries: Sequence[HistoryEntry]
    total: int


async def history(
    kind: Kind,
    aggregate_id: UUID,
    *,
    log: AuditLog,
    rows: HistoricalRows,
    limit: int | None = None,
    before: int | None = None,
) -> HistoryPage:
    """Return what happened to one of this kind before a revision, newest first, also to one that was removed.

    Raises:
        ProviderNotFound, ModelNotFound, AccessKeyNotFound, WebhookNotFound,
        MemberNotFound: the organization never had one of this id.
    """
    newest = await log.of_aggregate(aggregate_id, limit=1, before=None)
    if not newest or not newest[0].topic.startswith(f"{kind}."):
        raise _MISSING[kind]
    entries = await log.of_aggregate(aggregate_id, limit=limit, before=before)
    row = await rows.row_at(aggregate_id, entries[-1].revision - 1) if entries else None
    story = await run_in_thread_if_large(
        entries, lambda: history_entries(kind, row or {}, entries[::-1])[::-1], large=_EVENTS_AT_ONCE
    )
    return HistoryPage(entries=story, total=newest[0].revision)


def history_entries(kind: Kind, row: Mapping[str, Any], entries: Sequence[AuditEntry]) -> list[HistoryEntry]:
    """Return history entries for events of one aggregate, given the row before them."""
    story = []
    before = _FIELDS[kind](row) if row else {}
    for entry in entries:
        change = project(LoggedEvent(str(entry.aggregate_id), entry.revision, entry.topic, entry.facts))
        row = {} if change.operation == "delete" else merged(row, change.columns)
        after = _FIELDS[kind](row) if row else {}
        story.append(HistoryEntry(entry=entry, changes=differences(before, after)))
        before = after
    return story


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Return the fields that differ, in the order of the resource; what is not there counts as null."""
    fields = dict.fromkeys([*before, *after])
    return [
        FieldChange(field=field, before=before.get(field), after=after.get(field))
        for field in fields
        if before.get(field) != after.get(field)
    ]
