"""A provider or a model as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from application.caller import current_caller
from application.errors import ModelNotFound, NotFound, ProviderNotFound
from application.projections.fold import DatedEvent, take_in
from application.projections.rows import LoggedEvent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.ports.audit_log import AuditEntry, AuditLog
    from application.ports.documents import Document
    from application.ports.past import Past
    from application.projections.fold import Row, Rows
    from application.projections.rows import Table

_MISSING: Final[dict[str, type[NotFound]]] = {"provider": ProviderNotFound, "model": ModelNotFound}


@dataclass(frozen=True, slots=True)
class AtRevision:
    """After the event of this revision, as long as no other followed."""

    revision: int


@dataclass(frozen=True, slots=True)
class AtTime:
    """At a time, all that was recorded at that very microsecond included; a time to come is now."""

    time: datetime


Moment = AtRevision | AtTime


async def provider_as_of(provider_id: UUID, moment: Moment, *, log: AuditLog, past: Past) -> Document:
    """Return the provider as it was. Viewers, editors and administrators.

    Raises:
        ProviderNotFound: it did not exist at the moment, which the message says, or never.
    """
    entries = await log.of_aggregate(provider_id)
    count = _lived_through("provider", entries, moment)
    return await past.provider(_row("ai_providers", entries[:count]), _until(entries, count, moment))


async def model_as_of(model_id: UUID, moment: Moment, *, log: AuditLog, past: Past) -> Document:
    """Return the model as it was. Viewers, editors and administrators.

    Raises:
        ModelNotFound: it did not exist at the moment, which the message says, or never.
    """
    entries = await log.of_aggregate(model_id)
    count = _lived_through("model", entries, moment)
    return await past.model(_row("ai_models", entries[:count]), _until(entries, count, moment))


def _lived_through(kind: str, entries: Sequence[AuditEntry], moment: Moment) -> int:
    """Return how many of the events had happened at the moment."""
    missing = _MISSING[kind]
    if not entries or not entries[0].topic.startswith(f"{kind}."):
        raise missing
    newest = entries[-1].revision
    if isinstance(moment, AtRevision):
        if moment.revision > newest:
            raise missing(f"The {kind} is at revision {newest}; there is no revision {moment.revision}.")
        count = sum(entry.revision <= moment.revision for entry in entries)
    else:
        count = sum(entry.recorded_at <= moment.time for entry in entries)
    if count == 0:
        raise missing(f"The {kind} did not exist then: it was registered at {_told(entries[0].recorded_at)}.")
    last = entries[count - 1]
    if last.topic == f"{kind}.removed":
        raise missing(
            f"The {kind} was removed at {_told(last.recorded_at)}; it was last seen at revision {newest - 1}."
        )
    return count


def _until(entries: Sequence[AuditEntry], count: int, moment: Moment) -> datetime | None:
    if isinstance(moment, AtTime):
        return moment.time
    return entries[count].recorded_at if count < len(entries) else None


def _row(table: Table, entries: Sequence[AuditEntry]) -> Row:
    rows: Rows = {"organizations": {}, "ai_providers": {}, "ai_models": {}}
    organization_id = str(current_caller().organization_id)
    for entry in entries:
        event = LoggedEvent(str(entry.aggregate_id), entry.revision, entry.topic, entry.facts)
        take_in(rows, organization_id, DatedEvent(event, entry.recorded_at))
    [row] = rows[table].values()
    return row


def _told(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
