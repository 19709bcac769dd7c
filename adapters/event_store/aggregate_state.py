"""Encodes the state of an aggregate as the bytes of a snapshot, and decodes it."""

from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson
from eventsourcing.domain import Snapshot
from eventsourcing.persistence import Transcoder
from eventsourcing.utils import get_topic, resolve_topic

from domain.root import UNRECORDED, Root

# The library puts these into an aggregate itself, the position is the log's.
_NOT_STATE: Final = ("_id", "_version", "_pending_events", "_recorded_position")
_PLAIN: Final = (str, int, float, bool, type(None))
_VALUES: Final = "domain."


class TaggedJson(Transcoder):
    """JSON in which every object has one key, the type of its value, so that documents stay documents."""

    def encode(self, obj: object) -> bytes:
        return orjson.dumps(_tagged(obj))

    def decode(self, data: bytes) -> Any:  # noqa: ANN401 - whatever was encoded
        return _untagged(orjson.loads(data))


_TRANSCODER: Final = TaggedJson()


def state_of(aggregate: Root) -> tuple[str, bytes]:
    """Return the topic of the aggregate and its state in the form of the library's snapshots."""
    snapshot = Snapshot.take(aggregate)
    state = {name: value for name, value in snapshot.state.items() if name not in _NOT_STATE}
    return snapshot.topic, _TRANSCODER.encode(state)


def decoded_state(state: bytes) -> dict[str, Any]:
    """Return the state that `state_of` encoded."""
    decoded: dict[str, Any] = _TRANSCODER.decode(state)
    return decoded


def aggregate_of(aggregate_id: UUID, revision: int, topic: str, state: bytes) -> Root:
    """Return the aggregate with this state."""
    decoded = {**decoded_state(state), "_recorded_position": None}
    aggregate = Snapshot(aggregate_id, revision, UNRECORDED, topic, decoded).mutate(None)
    if not isinstance(aggregate, Root):
        raise TypeError(f"{topic} is not the topic of an aggregate")
    return aggregate


def _tagged(value: object) -> object:
    if isinstance(value, _PLAIN):
        return value
    writer = _WRITERS.get(type(value))
    if writer is not None:
        return writer(value)
    if not is_dataclass(value) or not type(value).__module__.startswith(_VALUES):
        raise TypeError(f"an aggregate cannot hold a {type(value).__name__}")
    fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {"value": [get_topic(type(value)), _tagged(fields)]}


def _untagged(value: Any) -> Any:  # noqa: ANN401 - JSON is any of its types
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    [(tag, content)] = value.items()
    return _READERS[tag](content)


def _value(content: list[Any]) -> object:
    topic, fields = content
    if not topic.startswith(_VALUES):
        raise TypeError(f"{topic} is no value of the domain")
    return resolve_topic(topic)(**_untagged(fields))


_WRITERS: Final[dict[type, Callable[[Any], object]]] = {
    list: lambda items: [_tagged(item) for item in items],
    tuple: lambda items: {"tuple": [_tagged(item) for item in items]},
    dict: lambda document: {"document": [[key, _tagged(item)] for key, item in document.items()]},
    UUID: lambda id_: {"uuid": id_.hex},
    Decimal: lambda amount: {"decimal": str(amount)},
    datetime: lambda time: {"time": time.isoformat()},
}
_READERS: Final[dict[str, Callable[[Any], object]]] = {
    "document": lambda items: {key: _untagged(item) for key, item in items},
    "uuid": UUID,
    "decimal": Decimal,
    "time": datetime.fromisoformat,
    "tuple": lambda items: tuple(_untagged(item) for item in items),
    "value": _value,
}
