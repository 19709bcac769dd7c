"""Maps domain events to their bytes in the log, and back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, get_args, get_type_hints
from uuid import UUID

import orjson
from eventsourcing.domain import AggregateCreated, DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder
from eventsourcing.utils import get_topic

from adapters.event_store.log_records import LedgerStoredEvent

# The library's own fields: they have columns of their own, or follow from the topic; the time is the database's.
_NOT_FACTS: Final = ("originator_id", "originator_topic", "originator_version", "timestamp")

_CANONICAL: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


class CanonicalJson(Transcoder):
    """JSON with sorted keys, so that equal states have equal bytes for the hash chain."""

    def encode(self, obj: object) -> bytes:
        return orjson.dumps(obj, default=_plain, option=_CANONICAL)

    def decode(self, data: bytes) -> Any:  # noqa: ANN401 - JSON is what it is
        return orjson.loads(data)


class LedgerMapper(Mapper[UUID]):
    """Maps events to plain JSON without type tags, and back by the annotations of the event class."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        facts = {name: value for name, value in vars(domain_event).items() if name not in _NOT_FACTS}
        class_version = getattr(type(domain_event), "class_version", 1)
        if class_version > 1:
            facts["class_version"] = class_version
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=get_topic(type(domain_event)),
            state=self.transcoder.encode(facts),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        event: DomainEventProtocol[UUID] = super().to_domain_event(stored_event)
        facts = vars(event)
        event_class: type = type(event)
        for name, revive in _revivers(event_class).items():
            if facts.get(name) is not None:
                facts[name] = revive(facts[name])
        if issubclass(event_class, AggregateCreated):
            facts["originator_topic"] = stored_event.topic.partition(".")[0]
        if isinstance(stored_event, LedgerStoredEvent):
            facts["timestamp"] = stored_event.recorded_at
        return event


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    msg = f"an event cannot hold a {type(value).__name__}"
    raise TypeError(msg)


@cache
def _revivers(event_class: type) -> Mapping[str, Callable[[str], Any]]:
    by_type: dict[type, Callable[[str], Any]] = {
        UUID: UUID,
        Decimal: Decimal,
        datetime: datetime.fromisoformat,
    }
    hints = {name: hint for name, hint in get_type_hints(event_class).items() if name not in _NOT_FACTS}
    return {
        name: by_type[plain]
        for name, hint in hints.items()
        for plain in (hint, *get_args(hint))
        if isinstance(plain, type) and plain in by_type
    }
