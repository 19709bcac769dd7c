"""The read tables as the log alone makes them: what verification compares with, and what reads of the past show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from application.projections.project_event import project
from application.projections.row_changes import LoggedEvent, RowChange, Table, merge

Row = dict[str, Any]
Rows = dict[Table, dict[str, Row]]


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """An event with the database's time of it."""

    event: LoggedEvent
    recorded_at: datetime


def unnamed(organization_id: str) -> Row:
    """Return the row of an organization without events, which its first write creates."""
    return {"id": organization_id, **dict.fromkeys(("name", "budget_usd", "budget_period")), "quotas": {}}


def no_rows() -> Rows:
    """Return the read tables without rows."""
    return {"organizations": {}, "ai_providers": {}, "ai_models": {}, "access_keys": {}, "webhooks": {}, "members": {}}


def fold(organization_id: str, events: Iterable[DatedEvent]) -> Rows:
    """Return one organization's rows of each read table by their ids, after all of its events in their order.

    The columns are those of the tables; ids and amounts are text, as in the log, and times are datetimes.

    Raises:
        UnknownEventType: no projection knows an event's topic.
    """
    rows = no_rows()
    for dated in events:
        # Whatever an organization does first makes its row.
        rows["organizations"].setdefault(organization_id, unnamed(organization_id))
        take_in(rows, organization_id, dated)
    return rows


def take_in(rows: Rows, organization_id: str, dated: DatedEvent) -> None:
    """Carry rows of one organization, made by all its events before this one, on by this one.

    Raises:
        UnknownEventType: no projection knows the event's topic.
    """
    change = project(dated.event)
    table = rows[change.table]
    row = _owned(changed(table.get(change.row_id), change, dated.recorded_at), change, organization_id)
    if row is None:
        table.pop(change.row_id, None)
    else:
        table[change.row_id] = row


def fold_event(row: Row | None, organization_id: str, dated: DatedEvent) -> Row | None:
    """Return the one row of an aggregate after an event, made by all its events before; none where there is none then.

    Raises:
        UnknownEventType: no projection knows the event's topic.
    """
    change = project(dated.event)
    return _owned(changed(row, change, dated.recorded_at), change, organization_id)


def _owned(row: Row | None, change: RowChange, organization_id: str) -> Row | None:
    if row is not None and change.operation == "insert":
        row["organization_id"] = organization_id
    return row


def changed(row: Row | None, change: RowChange, time: object) -> Row | None:
    """Return the row after the change, or none where there is none then; a row that is updated is changed in place.

    The time is put into the row as it is given. An update of a row that is not there changes nothing, here as in the
    database.
    """
    table, operation, _, columns = change
    if operation == "insert":
        row = {**columns, "created_at": time}
    elif row is None or operation == "delete":
        return None
    else:
        merge(row, columns)
    if table == "organizations":
        row.pop("created_at", None)
        return row
    if "credential_hint" in columns:
        row["credential_set_at"] = None if columns["credential_hint"] is None else time
    row["updated_at"] = time
    return row
