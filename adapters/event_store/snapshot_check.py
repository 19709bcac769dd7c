"""Compares snapshots of aggregates with their events, since a superuser of the database can edit them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
from eventsourcing.application import project_aggregate

from adapters.event_store.aggregate_state import decoded_state, state_of
from adapters.event_store.event_mapper import CanonicalJson, LedgerMapper
from adapters.event_store.log_records import LedgerStoredEvent
from adapters.projection_code_version import code_version
from adapters.sql import statements
from application.errors import ApplicationError
from application.projections.fold_log import DatedEvent, Row, fold_event
from application.projections.row_changes import LoggedEvent
from domain.root import Root

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_SQL: Final = statements("adapters.event_store", "snapshot_check.sql")


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """A stored snapshot. `belongs` is whether its last event is the one that it names."""

    topic: str
    state: bytes
    projected: bytes
    belongs: bool

    def is_of(self, aggregate: Root | None, row: Row | None) -> bool:
        """Return whether the snapshot equals this aggregate and its row."""
        if aggregate is None or not self.belongs:
            return False
        topic, state = state_of(aggregate)
        try:
            is_same_row = orjson.loads(self.projected) == orjson.loads(orjson.dumps(row))
            return self.topic == topic and is_same_row and decoded_state(self.state) == decoded_state(state)
        except (LookupError, TypeError, ValueError, AttributeError):
            # Nobody but an editor makes what cannot be read.
            return False


async def wrong_snapshots(
    connection: Connection, organization_id: UUID, first: UUID, last: UUID
) -> Sequence[tuple[UUID, str]]:
    """Return the aggregates in a range of ids that have a usable snapshot which differs from their events.

    Each comes with the topic of its first event. Aggregates whose events this code cannot read are left out.
    """
    parameters = {"organization_id": organization_id, "code_version": code_version(), "first": first, "last": last}
    found = await (await connection.execute(_SQL["snapshots"], parameters)).fetchall()
    by_aggregate: dict[UUID, dict[int, _Snapshot]] = {}
    for aggregate_id, revision, *kept in found:
        by_aggregate.setdefault(aggregate_id, {})[revision] = _Snapshot(*kept)
    wrong = []
    for aggregate_id, snapshots in by_aggregate.items():
        topic, is_right = await _compared(connection, organization_id, aggregate_id, snapshots)
        if not is_right:
            wrong.append((aggregate_id, topic))
    return wrong


async def _compared(
    connection: Connection, organization_id: UUID, aggregate_id: UUID, snapshots: Mapping[int, _Snapshot]
) -> tuple[str, bool]:
    """Return the topic of the aggregate's first event, and whether all snapshots match the events."""
    parameters = {"organization_id": organization_id, "aggregate_id": aggregate_id, "until": max(snapshots)}
    mapper = LedgerMapper(CanonicalJson())
    aggregate: Root | None = None
    row: Row | None = None
    first_topic, seen = "", 0
    async with connection.cursor() as cursor:
        async for revision, topic, state, recorded_at, position in cursor.stream(_SQL["life"], parameters):
            first_topic = first_topic or topic
            try:
                event: Any = mapper.to_domain_event(
                    LedgerStoredEvent(aggregate_id, revision, topic, state, recorded_at, position)
                )
                aggregate = project_aggregate(aggregate, [event])
                logged = LoggedEvent(str(aggregate_id), revision, topic, orjson.loads(state))
                row = fold_event(row, str(organization_id), DatedEvent(logged, recorded_at))
            except (ApplicationError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
                return first_topic, True
            if revision in snapshots:
                seen += 1
                if not snapshots[revision].is_of(aggregate, row):
                    return first_topic, False
    return first_topic, seen == len(snapshots)
