"""Events and their bytes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import pytest
from eventsourcing.domain import AggregateCreated, event

from adapters.event_store.event_mapper import CanonicalJson
from domain.root import Root
from domain.upcasting import newest_facts, upcast
from tests.events import MAPPER, facts_of, logged

ID = UUID(int=1)


class Parcel(Root):
    """Something whose events have every kind of fact, and a second version."""

    TOPIC = "parcel"

    class Packed(Root.Event, AggregateCreated):
        TOPIC = "parcel.packed"
        owner: UUID
        weight: Decimal | None
        packed_at: datetime
        contents: list[str]
        labels: dict[str, Any]
        is_heavy: bool
        class_version = 3

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["contents"] = [state.pop("content")]

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state["is_heavy"] = False

    @classmethod
    def pack(cls, **facts: object) -> Self:
        return cls._create(cls.Packed, id=ID, **facts)

    @event(Packed)
    def __init__(
        self,
        owner: UUID,
        weight: Decimal | None,
        packed_at: datetime,
        contents: list[str],
        labels: dict[str, Any],
        is_heavy: bool,
    ) -> None:
        self.facts = (owner, weight, packed_at, contents, labels, is_heavy)


FACTS: dict[str, Any] = {
    "owner": UUID(int=2),
    "weight": Decimal("1.50"),
    "packed_at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    "contents": ["a"],
    "labels": {"z": 1, "a": None},
    "is_heavy": True,
}
STATE = (
    b'{"class_version":3,"contents":["a"],"is_heavy":true,"labels":{"a":null,"z":1},'
    b'"owner":"00000000-0000-0000-0000-000000000002","packed_at":"2026-01-02T03:04:05.000006+00:00","weight":"1.50"}'
)
OLD = (
    b'{"content":"a","labels":{},"owner":"00000000-0000-0000-0000-000000000002",'
    b'"packed_at":"2026-01-02T03:04:05Z","weight":null}'
)


def test_an_event_has_one_spelling() -> None:
    parcel = Parcel.pack(**FACTS)
    [stored] = [MAPPER.to_stored_event(happened) for happened in parcel.drain()]
    assert (stored.topic, stored.state, stored.originator_version) == ("parcel.packed", STATE, 1)


def test_facts_come_back_as_they_were() -> None:
    assert facts_of(MAPPER.to_domain_event(logged(ID, 1, "parcel.packed", STATE))) == FACTS


def test_facts_of_an_earlier_version_come_back_as_the_newest() -> None:
    facts = facts_of(MAPPER.to_domain_event(logged(ID, 1, "parcel.packed", OLD)))
    assert (facts["contents"], facts["is_heavy"], facts["weight"]) == (["a"], False, None)


def test_projections_see_the_newest_version_and_leave_the_logged_facts_alone() -> None:
    old = CanonicalJson().decode(OLD)
    raised = upcast(Parcel.Packed, old)
    assert (raised["contents"], raised["is_heavy"]) == (["a"], False)
    assert "class_version" not in upcast(Parcel.Packed, CanonicalJson().decode(STATE))
    assert old == CanonicalJson().decode(OLD)


@pytest.mark.parametrize("topic", ["provider.renamed", "of.nothing-known"])
def test_facts_that_are_the_newest_stay_as_they_are(topic: str) -> None:
    assert newest_facts(topic, {"name": "x"}) == {"name": "x"}


@dataclass(frozen=True)
class Value:
    amount: int


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize("fact", [Value(1), {1, 2}, Text("x"), 1j, object(), {1: "a"}, 2**70, "\ud800"])
def test_what_would_come_back_as_something_else_is_not_stored(fact: object) -> None:
    with pytest.raises(TypeError):
        CanonicalJson().encode({"fact": fact})


@pytest.mark.parametrize(("amount", "text"), [("1E+3", b'"1000"'), ("1E-7", b'"0.0000001"'), ("0.10", b'"0.10"')])
def test_amounts_are_written_out(amount: str, text: bytes) -> None:
    assert CanonicalJson().encode(Decimal(amount)) == text
