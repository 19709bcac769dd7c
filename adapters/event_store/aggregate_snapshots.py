"""Rebuilds aggregates and rows at a revision from the newest snapshot and the events since."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

import orjson
from eventsourcing.persistence import Mapper, OperationalError

from adapters.event_store.aggregate_state import aggregate_of, state_of
from adapters.event_store.log_records import LedgerStoredEvent
from adapters.event_store.recorder import LedgerRecorder
from adapters.projection_code_version import code_version
from application.projections.fold_log import DatedEvent, Row, fold_event
from application.projections.row_changes import LoggedEvent
from domain.root import Root

INTERVAL: Final = 100
"""A snapshot is taken of whoever has lived through so many events since the last one: some 2 ms of reading."""

LATEST: Final = 2**31 - 1
# A service of other code may still be running beside this one, and uses its own snapshots.
_FORGOTTEN_AFTER: Final = timedelta(days=1)


class _Snapshot(NamedTuple):
    """A stored snapshot: the state of an aggregate and its row."""

    position: int
    topic: str
    state: bytes
    projected: bytes


@dataclass(slots=True)
class _Life:
    """The newest snapshot of an aggregate, if any, and all events after it."""

    aggregate_id: UUID
    revision: int = 0
    snapshot: _Snapshot | None = None
    events: list[LedgerStoredEvent] = field(default_factory=list)
    position: int = 0

    def aggregate(self) -> Root | None:
        """Return the aggregate of the snapshot."""
        if self.snapshot is None:
            return None
        return aggregate_of(self.aggregate_id, self.revision, self.snapshot.topic, self.snapshot.state)

    def row(self) -> Row | None:
        """Return the row of the snapshot. Times are text."""
        return None if self.snapshot is None else cast("Row | None", orjson.loads(self.snapshot.projected))


class AggregateSnapshots:
    """Loads aggregates, and stores a snapshot when an aggregate has many events since its last one."""

    def __init__(self, recorder: LedgerRecorder, mapper: Mapper[UUID]) -> None:
        self._recorder = recorder
        self._mapper = mapper

    def aggregates(self, aggregate_ids: Sequence[UUID], until: int = LATEST) -> list[Root]:
        """Return the aggregates that exist, as they were after this revision."""
        found: list[Root] = []
        taken: list[_Snapshot] = []
        for life in self._read(aggregate_ids, until):
            if len(life.events) < INTERVAL:
                events: Any = map(self._mapper.to_domain_event, life.events)
                aggregate: Root | None = _after(life.aggregate(), events)
            else:
                aggregate, _ = self._lived(life, taken)
            if aggregate is not None:
                aggregate.recorded_position = life.position
                found.append(aggregate)
        self._keep(taken, list(aggregate_ids))
        return found

    def row(self, aggregate_id: UUID, until: int) -> Row | None:
        """Return the row that the events up to this revision project to, or None if they project to none."""
        row: Row | None = None
        taken: list[_Snapshot] = []
        for life in self._read([aggregate_id], until):
            if len(life.events) < INTERVAL:
                row = life.row()
                for event in life.events:
                    row = self._fold(row, event)
            else:
                _, row = self._lived(life, taken)
        self._keep(taken, [aggregate_id])
        return row

    def _lived(self, life: _Life, taken: list[_Snapshot]) -> tuple[Root | None, Row | None]:
        aggregate, row = life.aggregate(), life.row()
        for number, event in enumerate(life.events, 1):
            happened: Any = self._mapper.to_domain_event(event)
            aggregate = _after(aggregate, [happened])
            row = self._fold(row, event)
            if number % INTERVAL == 0 and aggregate is not None:
                taken.append(_Snapshot(event.position, *state_of(aggregate), orjson.dumps(row)))
        return aggregate, row

    def _fold(self, row: Row | None, event: LedgerStoredEvent) -> Row | None:
        logged = LoggedEvent(str(event.originator_id), event.originator_version, event.topic, orjson.loads(event.state))
        return fold_event(row, str(self._recorder.organization_id), DatedEvent(logged, event.recorded_at))

    def _read(self, aggregate_ids: Sequence[UUID], until: int) -> list[_Life]:
        parameters = {"aggregate_ids": list(aggregate_ids), "until": until, "code_version": code_version()}
        lives = []
        for aggregate_id, rows in groupby(self._recorder.read("lives", parameters), key=itemgetter(0)):
            life = _Life(aggregate_id)
            for _, revision, topic, state, recorded_at, position, projected in rows:
                life.position = position
                if projected is not None:
                    life.revision = revision
                    life.snapshot = _Snapshot(position, topic, state, projected)
                else:
                    life.events.append(LedgerStoredEvent(aggregate_id, revision, topic, state, recorded_at, position))
            lives.append(life)
        return lives

    def _keep(self, taken: Sequence[_Snapshot], aggregate_ids: list[UUID]) -> None:
        """Store snapshots. Does nothing if the database cannot be reached: snapshots only save time."""
        if not taken:
            return
        now = datetime.now(UTC)
        positions, topics, states, projected = (list(column) for column in zip(*taken, strict=True))
        parameters = {
            "positions": positions,
            "topics": topics,
            "states": states,
            "projected": projected,
            "aggregate_ids": aggregate_ids,
            "code_version": code_version(),
            "now": now,
            "forgotten_before": now - _FORGOTTEN_AFTER,
        }
        with suppress(OperationalError):
            self._recorder.write("keep_snapshots", parameters)
            self._recorder.write("forget_snapshots", parameters)


def _after(aggregate: Root | None, events: Iterable[Any]) -> Root | None:
    """Return the aggregate as the events leave it; `project_aggregate` of the library takes three times as long."""
    for event in events:
        aggregate = event.mutate(aggregate)
    return aggregate
