"""Events are for ever: each has a name of its own, plain facts, and can be applied whatever today's rules say."""

import re
import types
from datetime import datetime
from decimal import Decimal
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from eventsourcing.domain import AggregateEvent
from hypothesis import given
from hypothesis import strategies as st

from domain.root import Root
from tests.events import NOON, aggregate_classes, event_classes, facts_of, topic_of

AGGREGATES = aggregate_classes()
EVENTS = [event_class for aggregate_class in AGGREGATES for event_class in event_classes(aggregate_class)]
UNIONS = (Union, types.UnionType)
PLAIN = {str, int, bool, type(None), UUID, Decimal, datetime}


def _facts(event_class: type) -> dict[str, Any]:
    library_own = get_type_hints(Root.Event).keys() | {"originator_topic"}
    return {name: hint for name, hint in get_type_hints(event_class).items() if name not in library_own}


def _is_plain(hint: object) -> bool:
    kind, arguments = get_origin(hint), get_args(hint)
    if kind is None:
        return hint in PLAIN
    if kind is list or kind in UNIONS:
        return all(_is_plain(argument) for argument in arguments)
    return kind is dict and arguments[0] is str and (arguments[1] is Any or _is_plain(arguments[1]))


def _values(hint: type) -> st.SearchStrategy[Any]:
    if get_origin(hint) is dict:
        return st.dictionaries(st.text(), st.text() | st.integers())
    return st.from_type(hint)


def _events_of(aggregate_class: type[Root]) -> st.SearchStrategy[list[Any]]:
    created, *later = event_classes(aggregate_class)
    happenings = st.sampled_from(later).flatmap(_event)
    return st.tuples(_event(created), st.lists(happenings, max_size=6)).map(lambda parts: [parts[0], *parts[1]])


@st.composite
def _event(draw: st.DrawFn, event_class: type[AggregateEvent]) -> tuple[type[AggregateEvent], dict[str, Any]]:
    return event_class, {name: draw(_values(hint)) for name, hint in _facts(event_class).items()}


def _logged(event_class: type, revision: int, facts: dict[str, Any], aggregate_class: type[Root]) -> Any:  # noqa: ANN401
    event: Any = object.__new__(event_class)
    vars(event).update(
        facts,
        originator_id=UUID(int=1),
        originator_version=revision,
        originator_topic=topic_of(aggregate_class),
        timestamp=NOON,
    )
    return event


def _in_kebab_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def test_there_are_events() -> None:
    assert {aggregate.__name__ for aggregate in AGGREGATES} == {
        "AccessKey",
        "Member",
        "Model",
        "Organization",
        "Provider",
        "Webhook",
    }
    assert all(event_classes(aggregate) for aggregate in AGGREGATES)


@pytest.mark.parametrize("aggregate_class", AGGREGATES)
def test_an_aggregate_names_its_events_after_itself(aggregate_class: type[Root]) -> None:
    own = topic_of(aggregate_class)
    assert own == _in_kebab_case(aggregate_class.__name__)
    for event_class in event_classes(aggregate_class):
        assert topic_of(event_class) == f"{own}.{_in_kebab_case(event_class.__name__)}"


def test_no_two_events_share_a_topic() -> None:
    topics = [topic_of(event_class) for event_class in EVENTS]
    assert len(set(topics)) == len(topics)


@pytest.mark.parametrize("event_class", EVENTS, ids=topic_of)
def test_an_event_says_what_happened_in_plain_facts(event_class: type[AggregateEvent]) -> None:
    assert "Updated" not in event_class.__name__
    assert {name: hint for name, hint in _facts(event_class).items() if not _is_plain(hint)} == {}


@pytest.mark.parametrize("hint", [tuple[str, ...], set[str], object, list[set[str]], dict[int, str], float, Root])
def test_a_fact_that_is_not_plain_would_be_noticed(hint: object) -> None:
    assert not _is_plain(hint)


@pytest.mark.parametrize("aggregate_class", AGGREGATES)
@given(data=st.data())
def test_whatever_was_logged_can_be_applied(aggregate_class: type[Root], data: st.DataObject) -> None:
    """Facts that today's rules refuse, in an order they would not allow: the log is never unloadable."""
    aggregate: Any = None
    happenings = data.draw(_events_of(aggregate_class))
    for revision, (event_class, facts) in enumerate(happenings, start=1):
        event = _logged(event_class, revision, facts, aggregate_class)
        assert facts_of(event) == facts
        aggregate = event.mutate(aggregate)
    assert aggregate.revision == len(happenings)
