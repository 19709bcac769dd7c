"""Folds the events of many aggregates into the rows of the read tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import orjson

from application.errors import ApplicationError
from application.projections.fold_log import Row, changed, no_rows, unnamed
from application.projections.row_changes import LoggedEvent, RowChange, Table
from application.rebuilding.projections import UnreadableEvent

Projector = Callable[[LoggedEvent], RowChange]

RawEvent = tuple[bytes, int, str, bytes, bytes, int]
"""Aggregate (16 bytes), revision, topic, state, time (as Postgres sends it) and the organization's sequence."""

_TIMES: Final = ("created_at", "updated_at", "credential_set_at")
# Times are sent as microseconds since then.
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Fold:
    """The projected rows by table and id, and the first unreadable event of each aggregate that has one."""

    rows: dict[Table, dict[str, Row]] = field(default_factory=no_rows)
    unreadable: list[UnreadableEvent] = field(default_factory=list)
    has_organization: bool = False
    """Whether the organization itself is among the aggregates."""

    @property
    def unreadable_ids(self) -> Sequence[UUID]:
        """The aggregates that have an unreadable event."""
        return [event.row_id for event in self.unreadable]

    def keep(self, table: Table, row: Row | None) -> None:
        """Add the row of an aggregate, or nothing if it has none."""
        if row is not None:
            self.rows[table][row["id"]] = row
            for column in _TIMES:
                sent = row.get(column)
                if sent is not None:
                    # Few of the events' times are left in the end, so only these are made Python's.
                    row[column] = _EPOCH + timedelta(microseconds=int.from_bytes(sent, "big", signed=True))


def folded(organization_id: UUID, events: Iterable[RawEvent], projector: Projector) -> Fold:
    """Fold the events of an organization, which come grouped by aggregate and in order.

    An aggregate is left out if one of its events has no projection, or lacks the facts that its projection needs.
    """
    fold, own_id = Fold(), str(organization_id)
    table: Table = "ai_models"
    row: Row | None = None
    aggregate, aggregate_id, topic, sequence = b"", "", "", 0
    is_left_out = False
    remaining = iter(events)
    while True:
        try:
            for of_aggregate, revision, topic, state, recorded_at, sequence in remaining:  # noqa: B007 - for an error
                if of_aggregate != aggregate:
                    fold.keep(table, row)
                    aggregate, aggregate_id = of_aggregate, _spelled(of_aggregate)
                    row, is_left_out = None, False
                    if aggregate_id == own_id:
                        row, fold.has_organization = unnamed(own_id), True
                elif is_left_out:
                    continue
                change = projector(LoggedEvent(aggregate_id, revision, topic, orjson.loads(state)))
                table, operation, _, _ = change
                row = changed(row, change, recorded_at)
                if operation == "insert" and row is not None:
                    row["organization_id"] = own_id
        except (ApplicationError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            fold.unreadable.append(_unreadable(organization_id, UUID(bytes=aggregate), sequence, topic, error))
            row, is_left_out = None, True
        else:
            fold.keep(table, row)
            return fold


def _unreadable(organization_id: UUID, row_id: UUID, sequence: int, topic: str, error: Exception) -> UnreadableEvent:
    reason = error.message if isinstance(error, ApplicationError) else f"{type(error).__name__}: {error}"
    return UnreadableEvent(
        organization_id=organization_id, row_id=row_id, org_sequence=sequence, topic=topic, reason=reason
    )


def _spelled(id_: bytes) -> str:
    """Return an id as text, in the format of the log. Faster than making a UUID."""
    digits = id_.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
