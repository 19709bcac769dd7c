"""A provider or a model at an earlier revision or time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from application.errors import ModelNotFound, NotFound, ProviderNotFound
from application.ports.audit_log import AuditEntry, AuditLog
from application.ports.historical_documents import HistoricalDocuments, HistoricalRows
from application.ports.resource_documents import Document
from application.projections.fold_log import Row

_INSTANT: Final = timedelta(microseconds=1)
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


async def provider_as_of(
    provider_id: UUID, moment: Moment, *, log: AuditLog, rows: HistoricalRows, past: HistoricalDocuments
) -> Document:
    """Return the provider as it was. Viewers, editors and administrators.

    Raises:
        ProviderNotFound: it did not exist at the moment, which the message says, or never.
    """
    row, until = await _row_of("provider", provider_id, moment, log, rows)
    return await past.provider(row, until)


async def model_as_of(
    model_id: UUID, moment: Moment, *, log: AuditLog, rows: HistoricalRows, past: HistoricalDocuments
) -> Document:
    """Return the model as it was. Viewers, editors and administrators.

    Raises:
        ModelNotFound: it did not exist at the moment, which the message says, or never.
    """
    row, until = await _row_of("model", model_id, moment, log, rows)
    provider_id = UUID(str(row["provider_id"]))
    if until is None:
        newest = await log.of_aggregate(provider_id, limit=1, before=None)
        revision = newest[0].revision if newest else 0
    else:
        # At a revision it was so until just before the next one.
        last = until if isinstance(moment, AtTime) else until - _INSTANT
        revision = await log.revision_at(provider_id, last)
    provider = await rows.row_at(provider_id, revision) if revision else None
    return await past.model(row, provider, until)


async def _row_of(
    kind: str, aggregate_id: UUID, moment: Moment, log: AuditLog, rows: HistoricalRows
) -> tuple[Row, datetime | None]:
    """Return the row at the moment, and until when it was so."""
    missing = _MISSING[kind]
    newest = next(iter(await log.of_aggregate(aggregate_id, limit=1, before=None)), None)
    if newest is None or not newest.topic.startswith(f"{kind}."):
        raise missing
    revision = await _revision(kind, newest, moment, log)
    first, *others = await log.at_revisions(aggregate_id, [1, revision, revision + 1])
    if revision == 0:
        raise missing(f"The {kind} did not exist then: it was registered at {_shown(first.recorded_at)}.")
    by_revision = {entry.revision: entry for entry in (first, *others)}
    last = by_revision[revision]
    row = None if last.topic == f"{kind}.removed" else await rows.row_at(aggregate_id, revision)
    if row is None:
        raise missing(
            f"The {kind} was removed at {_shown(last.recorded_at)}; it was last seen at revision {newest.revision - 1}."
        )
    if isinstance(moment, AtTime):
        return row, moment.time
    return row, by_revision[revision + 1].recorded_at if revision + 1 in by_revision else None


async def _revision(kind: str, newest: AuditEntry, moment: Moment, log: AuditLog) -> int:
    if isinstance(moment, AtTime):
        return await log.revision_at(newest.aggregate_id, moment.time)
    if moment.revision > newest.revision:
        raise _MISSING[kind](f"The {kind} is at revision {newest.revision}; there is no revision {moment.revision}.")
    return moment.revision


def _shown(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
