"""From the events of many aggregates to the rows of a read table."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from application.errors import ApplicationError
from application.ports.read_tables import UnreadableEvent
from application.projections.fold import changed
from application.projections.rows import LoggedEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from application.projections.fold import Row
    from application.projections.rows import RowChange, Table

    Projector = Callable[[LoggedEvent], RowChange]

RawEvent = tuple[bytes, bytes, int, str, bytes, "datetime", int]
"""Organization and aggregate (16 bytes each), revision, topic, state, time and position."""


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
                    rows.append(row)
                if of_organization != organization:
                    organization, organization_id = of_organization, str(UUID(bytes=of_organization))
                aggregate, aggregate_id = of_aggregate, str(UUID(bytes=of_aggregate))
                row = unnamed(organization_id) if is_there_before else None
            change = projector(LoggedEvent(aggregate_id, revision, topic, orjson.loads(state)))
            row = changed(row, change, recorded_at)
            if change.operation == "insert" and row is not None:
                row["organization_id"] = organization_id
    except (ApplicationError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnreadableEvent(position, topic, error) from error
    if row is not None:
        rows.append(row)
    return rows


def unnamed(organization_id: str) -> Row:
    """Return the row of an organization that has done something and has no name: its first write makes it."""
    return {"id": organization_id, "name": None}
