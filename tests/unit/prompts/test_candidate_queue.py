"""Which candidate is asked next."""

import random
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from application.prompts.candidate_queue import CallRecords, CandidateQueue
from application.prompts.cool_down_sharing import CoolDownSharing
from application.prompts.cool_downs import CoolDowns
from application.prompts.model_parameters import read_defaults
from application.prompts.model_selection import select
from application.prompts.selection_candidates import Candidate, Requirements
from tests.builders import a_price
from tests.fakes.clock import FakeTimer
from tests.fakes.shared_cool_downs import FakeSharedCoolDowns
from tests.prompt_setup import a_candidate, a_failure

HERE = uuid4()


class Dice(FakeTimer):
    """Chance that can be repeated."""

    def __init__(self) -> None:
        super().__init__()
        self._dice = random.Random(4)

    def chance(self) -> float:
        return self._dice.random()


def records(timer: FakeTimer | None = None) -> CallRecords:
    clock = timer or Dice()
    cool_downs = CoolDowns(clock)
    return CallRecords(timer=clock, cool_downs=cool_downs, sharing=CoolDownSharing(cool_downs, FakeSharedCoolDowns()))


def named(name: str, **facts: Any) -> Candidate:  # noqa: ANN401 - the config and fields of a candidate
    known = {each: facts.pop(each) for each in ("health", "context_window", "price") if each in facts}
    return a_candidate(name=name, defaults=read_defaults(facts), **known)


def queue(candidates: list[Candidate], of: CallRecords, need: Requirements | None = None) -> CandidateQueue:
    ranked = [each for each in select(candidates, need).ranked_candidates if each.is_kept]
    return CandidateQueue(ranked, of, HERE)


def order(candidates: list[Candidate], of: CallRecords, need: Requirements | None = None) -> list[str]:
    waiting = queue(candidates, of, need)
    found = []
    while (candidate := waiting.take()) is not None:
        found.append(candidate.name)
    return found


def test_the_lowest_preference_is_asked_first_and_none_last() -> None:
    candidates = [named("none"), named("ten", preference=10), named("two", preference=2), named("minus", preference=-1)]
    assert order(candidates, records()) == ["minus", "two", "ten", "none"]


def test_equal_ones_are_asked_by_their_weight() -> None:
    candidates = [named("one"), named("three", weight=3), named("half", weight=0.5)]
    known = records()
    first = Counter(order(candidates, known)[0] for _ in range(9_000))
    assert first["three"] == pytest.approx(6_000, rel=0.05)
    assert first["one"] == pytest.approx(2_000, rel=0.1)
    assert first["half"] == pytest.approx(1_000, rel=0.15)


def test_a_weight_of_zero_is_asked_when_all_others_have_failed() -> None:
    candidates = [named("spare", weight=0, preference=1), named("first", preference=1), named("second", preference=2)]
    assert {tuple(order(candidates, records())) for _ in range(20)} == {("first", "second", "spare")}
    assert order([named("only", weight=0)], records()) == ["only"]


def test_the_one_with_fewer_calls_under_way_for_its_weight_is_asked() -> None:
    light, heavy = named("light"), named("heavy", weight=4)
    known = records()
    known.under_way.update({light.id: 2, heavy.id: 7})
    assert {order([light, heavy], known)[0] for _ in range(20)} == {"heavy"}
    known.under_way.update({light.id: 2, heavy.id: 9})
    assert {order([light, heavy], known)[0] for _ in range(20)} == {"light"}


def test_what_is_under_way_is_counted_until_it_ends() -> None:
    known = records()
    waiting = queue([named("one")], known)
    candidate = waiting.take()
    assert candidate is not None
    waiting.begun(candidate)
    assert known.under_way == {candidate.id: 1}
    waiting.ended(candidate)
    assert known.under_way == {}


def test_many_callers_at_once_are_spread_evenly() -> None:
    candidates = [named(f"model {number}") for number in range(4)]
    known = records()
    for _ in range(400):
        waiting = queue(candidates, known)
        candidate = waiting.take()
        assert candidate is not None
        waiting.begun(candidate)
    counts = sorted(known.under_way.values())
    # At random alone the difference would be some forty.
    assert counts[-1] - counts[0] <= 6


def test_health_parts_equal_ones_and_the_price_does_not() -> None:
    dear = named("dear", price=a_price("1", "1"))
    cheap = named("cheap", price=a_price("0.1", "0.1"))
    degraded = named("degraded", health="degraded")
    known = records()
    found = [order([dear, cheap, degraded], known) for _ in range(40)]
    assert {names[0] for names in found} == {"dear", "cheap"}
    assert {names[2] for names in found} == {"degraded"}


def test_a_need_is_spread_among_those_of_one_name_and_price_alone() -> None:
    need = Requirements(strategy="cheapest")
    same = [a_candidate(name="same", price=a_price("0.1", "0.1")) for _ in range(2)]
    other = a_candidate(name="other", price=a_price("0.1", "0.1"))
    known = records()
    firsts = set()
    for _ in range(40):
        waiting = queue([*same, other], known, need)
        first, second = waiting.take(), waiting.take()
        assert first is not None
        assert second is not None
        assert first.name == "other"
        firsts.add(second.id)
    assert firsts == {each.id for each in same}


def test_those_that_cool_down_are_asked_last_and_the_soonest_over_first() -> None:
    timer = Dice()
    known = records(timer)
    one, two, three = named("one", preference=1), named("two", preference=2), named("three", preference=3)
    known.cool_downs.failed(HERE, one, a_failure("rate_limited", retry_after_seconds=60.0).failure, timer.now())
    known.cool_downs.failed(HERE, two, a_failure("rate_limited", retry_after_seconds=30.0).failure, timer.now())
    assert order([one, two, three], known) == ["three", "two", "one"]
    waiting = queue([one, two, three], known)
    assert waiting.has_alternative()
    waiting.take()
    assert not waiting.has_alternative()
    timer.time += 30
    assert order([one, two, three], known) == ["two", "three", "one"]


def test_nobody_is_refused_because_of_cool_downs_alone() -> None:
    known = records()
    candidates = [named("one"), named("two")]
    for candidate in candidates:
        known.cool_downs.failed(HERE, candidate, a_failure("timeout").failure, known.timer.now())
    assert sorted(order(candidates, known)) == ["one", "two"]


def test_those_that_read_no_more_are_left_out() -> None:
    waiting = queue(
        [
            named("same", context_window=8_000, preference=1),
            named("more", context_window=8_001, preference=2),
            named("unknown", context_window=None, preference=3),
        ],
        records(),
    )
    waiting.keep_larger(8_000)
    assert [(waiting.take() or named("nobody")).name for _ in range(3)] == ["more", "unknown", "nobody"]
    all_left = queue([named("same", context_window=8_000)], records())
    all_left.keep_larger(None)
    assert all_left.take() is not None
