"""Events as tests speak of them: their topics and plain facts."""

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from eventsourcing.application import project_aggregate
from eventsourcing.domain import AggregateEvent
from eventsourcing.persistence import StoredEvent

import domain
from adapters.event_store.event_mapper import CanonicalJson, LedgerMapper
from adapters.event_store.log_records import LedgerStoredEvent
from domain.root import Root

Happening = tuple[str, dict[str, Any]]

MAPPER = LedgerMapper(CanonicalJson())
NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)


def happened(aggregate: Root) -> list[Happening]:
    """Return topic and facts of the events decided since the last call."""
    return [(topic_of(type(event)), facts_of(event)) for event in aggregate.drain()]


def topics(aggregate: Root) -> list[str]:
    """Return the topics of the events decided since the last call."""
    return [topic for topic, _ in happened(aggregate)]


def topic_of(event_class: type) -> str:
    """Return the topic that an event class names explicitly, nothing when it names none."""
    topic: str = getattr(event_class, "TOPIC", "")
    return topic


def facts_of(event: object) -> dict[str, Any]:
    """Return what an event tells, apart from the library's own fields."""
    return {
        name: value
        for name, value in vars(event).items()
        if name not in {"originator_id", "originator_topic", "originator_version", "timestamp"}
    }


def saved_and_loaded(aggregate: Root) -> Root:
    """Return the aggregate as its undrained events make it, after they were bytes."""
    stored = [MAPPER.to_stored_event(event) for event in aggregate.pending_events]
    return loaded(stored)


def loaded(stored: Iterable[StoredEvent]) -> Root:
    """Return the aggregate that the stored events make."""
    events: Any = (
        MAPPER.to_domain_event(logged(event.originator_id, event.originator_version, event.topic, event.state))
        for event in stored
    )
    aggregate: Root | None = project_aggregate(None, events)
    assert aggregate is not None
    return aggregate


def logged(aggregate_id: UUID | str, revision: int, topic: str, state: bytes) -> LedgerStoredEvent:
    """Return an event as it comes from the log, recorded at noon."""
    return LedgerStoredEvent(
        originator_id=UUID(str(aggregate_id)),
        originator_version=revision,
        topic=topic,
        state=state,
        recorded_at=NOON,
        position=1,
    )


def state_of(aggregate: Root) -> dict[str, Any]:
    """Return what an aggregate knows, apart from its times and places in the log."""
    return {name: value for name, value in vars(aggregate).items() if not name.startswith("_")} | {
        "id": aggregate.id,
        "revision": aggregate.revision,
    }


def aggregate_classes() -> Sequence[type[Root]]:
    """Return every aggregate of the domain."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    own = [kind for kind in Root.__subclasses__() if kind.__module__.startswith("domain.")]
    return sorted(own, key=lambda kind: kind.__name__)


def event_classes(aggregate_class: type[Root]) -> Sequence[type[AggregateEvent]]:
    """Return the events that can happen to an aggregate."""
    return [
        member
        for member in vars(aggregate_class).values()
        if isinstance(member, type) and issubclass(member, AggregateEvent) and member.__name__ != "Event"
    ]
