"""What has changed between two answers: the laws, and what a person is shown."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.discovery.kept_documents import offer_document
from application.discovery.offer_changes import (
    Snapshot,
    is_suspicious,
    names_no_longer_offered,
    names_of,
    next_snapshot,
)
from application.ports.provider_gateway import OfferedModel
from tests.unit.discovery.offer_strategies import answers

HERE = "https://one.example/v1"
NOTHING: dict[str, Any] = {"gone": [], "added": [], "returned": [], "changed": [], "price_moved": []}


def after(previous: Snapshot | None, offers: Sequence[OfferedModel], time: int, **place: str) -> Snapshot:
    """Return the snapshot of an answer at an hour of the day."""
    documents = [offer_document(offer) for offer in offers]
    where = {"endpoint": HERE, "basis": "key 1", **place}
    return next_snapshot(previous, documents, **where, fetched_at=hour(time))


def hour(time: int) -> str:
    return f"2026-11-23T{time:02}:00:00+00:00"


def since(time: int, *aliases: str) -> dict[str, Any]:
    return {"since": hour(time), "aliases": list(aliases)}


def offered(model_id: str, *aliases: str, **facts: Any) -> OfferedModel:  # noqa: ANN401 - of several types
    return OfferedModel(model_id=model_id, extras={"aliases": list(aliases)} if aliases else {}, **facts)


def change_set(snapshot: Snapshot) -> dict[str, Any]:
    return {name: value for name, value in snapshot.changes.items() if name != "since"}


@given(st.lists(answers, min_size=1, max_size=5))
def test_nothing_that_was_ever_offered_is_lost(history: list[list[OfferedModel]]) -> None:
    snapshot: Snapshot | None = None
    seen: set[str] = set()
    for time, answer in enumerate(history):
        snapshot = after(snapshot, answer, time)
        seen |= set(names_of(snapshot.offered))
        assert seen == {*names_of(snapshot.offered), *names_no_longer_offered(snapshot.missing)}


@given(st.lists(answers, min_size=1, max_size=5))
def test_a_model_is_either_offered_or_missing(history: list[list[OfferedModel]]) -> None:
    snapshot: Snapshot | None = None
    for time, answer in enumerate(history):
        snapshot = after(snapshot, answer, time)
        assert list(snapshot.offered) == [offer.model_id for offer in answer]
        assert not {*names_of(snapshot.offered)} & {*names_no_longer_offered(snapshot.missing)}
        told_of = [name for first, entry in snapshot.missing.items() for name in (first, *entry["aliases"])]
        assert len(told_of) == len(set(told_of))


@given(st.lists(answers, min_size=1, max_size=3))
def test_the_same_answer_again_changes_nothing(history: list[list[OfferedModel]]) -> None:
    before = after(None, history[0], 0)
    for time, answer in enumerate(history[1:], start=1):
        before = after(before, answer, time)
    snapshot = after(before, history[-1], 9)
    assert (change_set(snapshot), snapshot.changes["since"]) == (NOTHING, before.fetched_at)
    assert (snapshot.offered, snapshot.missing) == (before.offered, before.missing)


@given(answers, answers, answers)
def test_each_offered_model_is_new_back_or_known(
    first: list[OfferedModel], second: list[OfferedModel], third: list[OfferedModel]
) -> None:
    before = after(after(None, first, 1), second, 2)
    snapshot = after(before, third, 3)
    changes = change_set(snapshot)
    new = {*changes["added"], *changes["returned"]}
    assert len(new) == len(changes["added"]) + len(changes["returned"])
    assert new <= snapshot.offered.keys() - before.offered.keys()
    assert {entry["model_id"] for entry in changes["changed"]} <= snapshot.offered.keys() - new
    assert {entry["model_id"] for entry in changes["price_moved"]} <= snapshot.offered.keys() - new
    assert set(changes["gone"]) <= before.offered.keys() - snapshot.offered.keys()


@given(answers, answers)
def test_the_time_since_when_a_model_is_missing_stays(first: list[OfferedModel], second: list[OfferedModel]) -> None:
    once = after(after(None, first, 1), second, 2)
    assert {entry["since"] for entry in once.missing.values()} <= {hour(2)}
    for time in (3, 4):
        assert after(once, second, time).missing == once.missing


def test_the_first_answer_of_all_is_compared_with_nothing() -> None:
    assert after(None, [offered("a")], 1).changes == {}


def test_models_come_go_and_return() -> None:
    first = after(None, [offered("a"), offered("b")], 1)
    second = after(first, [offered("b"), offered("c")], 2)
    third = after(second, [offered("c"), offered("a")], 3)
    assert change_set(second) == NOTHING | {"gone": ["a"], "added": ["c"]}
    assert second.missing == {"a": since(2)}
    assert change_set(third) == NOTHING | {"gone": ["b"], "returned": ["a"]}
    assert third.missing == {"b": since(3)}


def test_what_is_described_otherwise_is_named_field_by_field() -> None:
    before = after(None, [offered("a", context_window=8, capabilities=("text",), name="A", created_on="2026-01-01")], 1)
    snapshot = after(before, [offered("a", "an alias", context_window=16, name="A", lifecycle="deprecated")], 2)
    assert change_set(snapshot) == NOTHING | {
        "changed": [
            {
                "model_id": "a",
                "fields": [
                    {"field": "capabilities", "before": ["text"], "after": None},
                    {"field": "context_window", "before": 8, "after": 16},
                    {"field": "lifecycle", "before": None, "after": "deprecated"},
                ],
            }
        ]
    }


def test_prices_that_move_are_distinguished_from_the_rest() -> None:
    before = after(None, [offered("a", input_per_1k=Decimal("0.001"), output_per_1k=Decimal("0.002"))], 1)
    snapshot = after(before, [offered("a", input_per_1k=Decimal("0.0110"), output_per_1k=Decimal("0.0020"))], 2)
    move = {"model_id": "a", "field": "input_per_1k_tokens", "before": "0.001", "after": "0.0110", "suspicious": True}
    assert change_set(snapshot) == NOTHING | {"price_moved": [move]}


@pytest.mark.parametrize(
    ("before", "after_", "expected"),
    [
        ("1", "10", False),
        ("1", "10.000001", True),
        ("10.000001", "1", True),
        ("0", "0.000001", True),
        ("0.000001", "0", True),
        ("0", "0", False),
        (None, "1", False),
        ("1", None, False),
    ],
)
def test_more_than_ten_times_is_suspicious(before: str | None, after_: str | None, expected: bool) -> None:
    one, other = (None if text is None else Decimal(text) for text in (before, after_))
    assert is_suspicious(one, other) is expected


def test_a_model_that_is_listed_under_another_of_its_names_is_the_same_model() -> None:
    before = after(None, [offered("small-2503", "small-latest")], 1)
    renamed = after(before, [offered("small-latest", "small-2503")], 2)
    change = {
        "model_id": "small-latest",
        "fields": [{"field": "model_id", "before": "small-2503", "after": "small-latest"}],
    }
    assert change_set(renamed) == NOTHING | {"changed": [change]}
    assert renamed.missing == {}
    moved_on = after(renamed, [offered("small-2506", "small-latest"), offered("small-2503")], 3)
    assert change_set(moved_on)["added"] == ["small-2503"]
    assert [entry["model_id"] for entry in change_set(moved_on)["changed"]] == ["small-2506"]


def test_a_model_that_comes_back_under_another_name_has_returned() -> None:
    before = after(after(None, [offered("a")], 1), [offered("b")], 2)
    snapshot = after(before, [offered("b"), offered("c", "a")], 3)
    assert (change_set(snapshot), snapshot.missing) == (NOTHING | {"returned": ["c"]}, {})


def test_what_goes_takes_its_names_with_it_and_a_name_may_go_alone() -> None:
    before = after(None, [offered("a", "small", "tiny"), offered("b", "large")], 1)
    gone = after(before, [offered("b")], 2)
    assert gone.missing == {"a": since(2, "small", "tiny"), "large": since(2)}
    assert change_set(gone)["gone"] == ["a"]
    back = after(gone, [offered("b"), offered("c", "tiny")], 3)
    assert (change_set(back)["returned"], back.missing) == (["c"], {"a": since(2, "small"), "large": since(2)})


def test_another_key_is_asked_about_the_same_models() -> None:
    before = after(after(None, [offered("a"), offered("b")], 1), [offered("b")], 2)
    snapshot = after(before, [offered("c")], 3, basis="key 2")
    assert change_set(snapshot) == NOTHING | {"gone": ["b"], "added": ["c"]}
    assert snapshot.missing == {"a": since(2), "b": since(3)}


def test_another_endpoint_is_another_service() -> None:
    before = after(after(None, [offered("a"), offered("b")], 1), [offered("b")], 2)
    snapshot = after(before, [offered("c")], 3, endpoint="https://two.example/v1")
    assert (snapshot.missing, snapshot.changes) == ({}, {})
