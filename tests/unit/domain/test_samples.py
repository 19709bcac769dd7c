"""Events of earlier days are read for ever: a stored sample of each kind loads to the facts that it had then.

A sample is never changed. An event class that changes gets a higher `class_version` and an upcast method, and a sample
of the new version beside the old: `<topic>.v2.json`.
"""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from application.projections.project_event import project
from application.projections.row_changes import LoggedEvent
from tests.events import MAPPER, NOON, aggregate_classes, event_classes, facts_of, logged, topic_of

SAMPLES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parents[2] / "samples" / "events").glob("*.json"))
}
EVENTS = {topic_of(event): event for aggregate in aggregate_classes() for event in event_classes(aggregate)}


def _version(event_class: type) -> int:
    version: int = getattr(event_class, "class_version", 1)
    return version


def _stored(sample: dict[str, Any]) -> bytes:
    return orjson.dumps(sample["state"], option=orjson.OPT_SORT_KEYS)


def test_each_kind_of_event_has_a_sample_of_its_newest_version() -> None:
    newest = {(topic, _version(event_class)) for topic, event_class in EVENTS.items()}
    assert newest - {(sample["topic"], sample["state"].get("class_version", 1)) for sample in SAMPLES.values()} == set()


def test_each_sample_is_of_an_event_there_is() -> None:
    assert {sample["topic"] for sample in SAMPLES.values()} - set(EVENTS) == set()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_loads_to_what_it_reported(name: str) -> None:
    sample = SAMPLES[name]
    event = MAPPER.to_domain_event(logged(sample["aggregateId"], sample["revision"], sample["topic"], _stored(sample)))
    assert {fact: repr(value) for fact, value in sorted(facts_of(event).items())} == sample["facts"]
    assert str(event.originator_id) == sample["aggregateId"]
    assert event.originator_version == sample["revision"]
    assert vars(event)["timestamp"] == NOON


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_stored_as_it_was_and_changes_its_row(name: str) -> None:
    sample = SAMPLES[name]
    stored = logged(sample["aggregateId"], sample["revision"], sample["topic"], _stored(sample))
    # Events of an older version are stored in the newest.
    if sample["state"].get("class_version", 1) == _version(EVENTS[sample["topic"]]):
        assert MAPPER.to_stored_event(MAPPER.to_domain_event(stored)).state == _stored(sample)
    change = project(LoggedEvent(sample["aggregateId"], sample["revision"], sample["topic"], sample["state"]))
    assert change.row_id == sample["aggregateId"]
