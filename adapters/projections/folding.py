"""From the events of many aggregates to the rows of a read table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import orjson

from application.errors import ApplicationError
from application.ports.read_tables import UnreadableEvent
from application.projections.fold import changed
from application.projections.rows import LoggedEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from application.projections.fold import Row
    from application.projections.rows import RowChange, Table

    Projector = Callable[[LoggedEvent], RowChange]

RawEvent = tuple[bytes, bytes, int, str, bytes, bytes, int]
"""Organization and aggregate (16 bytes each), revision, topic, state, time (as Postgres sends it) and position."""

_TIMES: Final = ("created_at", "updated_at", "credential_set_at")
# Times are sent as microseconds since then.
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def folded(table: Table, events: Iterable[RawEvent], projector: Projector) -> list[Row]:
    """Return the rows that are left after the events, which come one aggregate after the other, each in its order.

    Raises:
        UnreadableEvent: one has no projection, or not the facts that its projection needs.
    """
    is_there_before = table == "organizations"
    rows: list[Row] = []
    row: Row | None = None
    organization = aggregate = b""
    organization_id = aggregate_id = topic = ""
    position = 0
    try:
        for event in events:
            of_organization, of_aggregate, revision, topic, state, recorded_at, position = event
            if of_aggregate != aggregate or of_organization != organization:
                if row is not None:
                    rows.append(_dated(row))
                if of_organization != organization:
                    organization, organization_id = of_organization, _spelled(of_organization)
                aggregate, aggregate_id = of_aggregate, _spelled(of_aggregate)
                row = unnamed(organization_id) if is_there_before else None
            change = projector(LoggedEvent(aggregate_id, revision, topic, orjson.loads(state)))
            row = changed(row, change, recorded_at)
            if change.operation == "insert" and row is not None:
                row["organization_id"] = organization_id
        if row is not None:
            rows.append(_dated(row))
    except (ApplicationError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnreadableEvent(position, topic, error) from error
    return rows


def _dated(row: Row) -> Row:
    """Return the row with times of Python's: few of the events' times are left in the end."""
    for column in _TIMES:
        sent = row.get(column)
        if sent is not None:
            row[column] = _EPOCH + timedelta(microseconds=int.from_bytes(sent, "big", signed=True))
    return row


def _spelled(id_: bytes) -> str:
    """Return an id as the log's facts spell it, in less time than a UUID takes to be made."""
    digits = id_.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def unnamed(organization_id: str) -> Row:
    """Return the row of an organization that has done something and has no name: its first write makes it."""
    return {"id": organization_id, "name": None}
