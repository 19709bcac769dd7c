"""The log in memory: what was decided on aggregates, by organization."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.application import project_aggregate

from application.caller import current_caller
from application.errors import Conflict, ModelAlreadyRegistered, ProviderNameTaken, ProviderNotFound
from application.recorded_revision import Recorded
from domain.model.aggregate import Model
from domain.names import name_key
from domain.provider.aggregate import Provider
from domain.root import Root

RootT = TypeVar("RootT", bound=Root)
Events = dict["UUID", list[Any]]


@dataclass(slots=True)
class InMemoryLog:
    """What one organization has recorded."""

    events: Events = field(default_factory=lambda: defaultdict(list))
    positions: dict[UUID, int] = field(default_factory=dict)
    commands: dict[UUID, dict[UUID, Recorded]] = field(default_factory=dict)

    @property
    def sequence(self) -> int:
        return sum(map(len, self.events.values()))


class FakeLedger:
    """Keeps what Postgres keeps: revisions follow each other, a command counts once, names are taken once."""

    def __init__(self) -> None:
        self._books: dict[UUID, InMemoryLog] = defaultdict(InMemoryLog)
        self._position = 0

    @property
    def books(self) -> InMemoryLog:
        """The current caller's organization's."""
        return self._books[current_caller().organization_id]

    def living(self, kind: type[RootT]) -> list[RootT]:
        """Return the aggregates of the kind that were not removed."""
        return [each for each in self._all() if isinstance(each, kind) and not each.is_removed]

    def find(self, kind: type[RootT], aggregate_id: UUID) -> RootT | None:
        """Return the aggregate, if it is there and was not removed."""
        return next((each for each in self.living(kind) if each.id == aggregate_id), None)

    def at(self, kind: type[RootT], aggregate_id: UUID, revision: int) -> RootT | None:
        """Return the aggregate as it was after the revision, if it ever was there."""
        aggregate = _made_of(self.books.events.get(aggregate_id, [])[:revision])
        return aggregate if isinstance(aggregate, kind) else None

    def save(self, aggregates: Sequence[Root]) -> list[Recorded]:
        """Record what was decided, all or nothing."""
        books, command_id = self.books, current_caller().command_id
        decided = [aggregate for aggregate in aggregates if aggregate.pending_events]
        if decided and command_id in books.commands:
            return self._as_the_first_time(aggregates, books.commands[command_id])
        for aggregate in decided:
            if aggregate.revision - len(aggregate.pending_events) != len(books.events.get(aggregate.id, [])):
                raise Conflict
        others = [each for each in self._all() if each.id not in {aggregate.id for aggregate in decided}]
        _check_constraints([each for each in [*others, *decided] if not each.is_removed])
        for aggregate in decided:
            self._record(books, aggregate)
        if decided:
            books.commands[command_id] = {aggregate.id: _as_recorded(aggregate) for aggregate in decided}
        recorded = [_as_recorded(aggregate) for aggregate in aggregates]
        if decided:
            current_caller().outcome.note(recorded)
        return recorded

    def _record(self, books: InMemoryLog, aggregate: Root) -> None:
        events = aggregate.drain()
        books.events[aggregate.id] += events
        self._position += len(events)
        aggregate.recorded_position = books.positions[aggregate.id] = self._position

    def _all(self) -> list[Root]:
        found = []
        for aggregate_id, events in self.books.events.items():
            aggregate = _made_of(events)
            if aggregate is not None:
                aggregate.recorded_position = self.books.positions[aggregate_id]
                found.append(aggregate)
        return found

    @staticmethod
    def _as_the_first_time(aggregates: Sequence[Root], outcome: dict[UUID, Recorded]) -> list[Recorded]:
        if any(each.pending_events and each.id not in outcome for each in aggregates):
            raise Conflict
        return [outcome.get(each.id) or _as_recorded(each) for each in aggregates]


def _made_of(events: list[Any]) -> Root | None:
    aggregate: Root | None = project_aggregate(None, iter(events))
    return aggregate


def _as_recorded(aggregate: Root) -> Recorded:
    return Recorded(aggregate_id=aggregate.id, revision=aggregate.revision, position=aggregate.recorded_position)


def _check_constraints(living: Sequence[Root]) -> None:
    providers = [each for each in living if isinstance(each, Provider)]
    models = [each for each in living if isinstance(each, Model)]
    if len({name_key(provider.name) for provider in providers}) < len(providers):
        raise ProviderNameTaken
    if len({(model.provider_id, model.model_id) for model in models}) < len(models):
        raise ModelAlreadyRegistered
    if {model.provider_id for model in models} - {provider.id for provider in providers}:
        raise ProviderNotFound
