"""When a model is left alone, for how long, and who tries it again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from application.ports.provider_gateway import Category, UpstreamFailure
from application.prompts.cool_downs import CALLERS_OWN, LONGEST, LONGEST_NAMED, SHORTEST, CoolDowns, SharedCoolDown
from application.prompts.retry_policy import FINAL
from application.prompts.selection_candidates import Candidate
from tests.fakes.clock import FakeTimer
from tests.prompt_setup import a_candidate, a_failure

HERE = uuid4()


class Models:
    """One model as this process knows it, at a time that the test says."""

    def __init__(self, **facts: object) -> None:
        self.timer = FakeTimer()
        self.cool_downs = CoolDowns(self.timer)
        self.model: Candidate = a_candidate(mark=1, **facts)

    def fails(self, failure: UpstreamFailure | None = None, *, called_at: float | None = None) -> bool:
        called = self.timer.now() if called_at is None else called_at
        return self.cool_downs.failed(HERE, self.model, (failure or a_failure("provider_error")).failure, called)

    def answers(self, *, called_at: float | None = None) -> bool:
        return self.cool_downs.answered(HERE, self.model, self.timer.now() if called_at is None else called_at)

    @property
    def left(self) -> float | None:
        """Seconds until it is tried again, none if it may be tried."""
        cool_down = self.cool_downs.of(HERE, self.model)
        return None if cool_down is None else cool_down.until - self.timer.now()

    def unshared(self) -> list[SharedCoolDown]:
        return self.cool_downs.unshared(HERE, [self.model.id])


def test_a_model_that_has_failed_twice_is_tried_and_after_the_third_time_left_alone() -> None:
    models = Models()
    assert [models.fails(), models.fails(), models.left] == [False, False, None]
    assert models.fails()
    assert models.left == SHORTEST


def test_failures_with_an_answer_between_them_do_not_add_up() -> None:
    models = Models()
    for _ in range(5):
        models.fails()
        models.fails()
        assert models.answers() is False
    assert models.left is None


@pytest.mark.parametrize("category", sorted((FINAL - CALLERS_OWN) | {"timeout"}))
def test_what_the_next_call_would_meet_as_well_is_known_after_one(category: Category) -> None:
    models = Models()
    assert models.fails(a_failure(category, is_retryable=False))
    cool_down = models.cool_downs.of(HERE, models.model)
    assert cool_down is not None
    assert (models.left, cool_down.reason) == (SHORTEST, category)


@pytest.mark.parametrize("category", sorted(CALLERS_OWN))
def test_what_the_caller_has_done_wrong_never_counts_and_shows_that_the_model_answers(category: Category) -> None:
    models = Models()
    for _ in range(10):
        models.fails(a_failure(category, is_retryable=False))
    assert models.left is None
    models.fails(a_failure("timeout"))
    models.timer.time += SHORTEST
    models.fails(a_failure(category, is_retryable=False))
    assert not models.cool_downs.is_suspect(HERE, models.model)


@pytest.mark.parametrize(("named", "lasts"), [(20.0, 20.0), (0.5, 0.5), (86_400.0, LONGEST_NAMED)])
def test_a_limit_that_names_its_end_lasts_so_long(named: float, lasts: float) -> None:
    models = Models()
    assert models.fails(a_failure("rate_limited", retry_after_seconds=named))
    assert models.left == lasts


def test_one_prompt_tries_it_again_and_the_others_wait_for_what_it_finds() -> None:
    models = Models()
    models.fails(a_failure("timeout"))
    models.timer.time += SHORTEST
    models.cool_downs.begun(HERE, models.model)
    assert models.left == 0.0
    assert models.answers()
    assert not models.cool_downs.is_suspect(HERE, models.model)


def test_who_leaves_while_trying_leaves_it_to_the_next() -> None:
    models = Models()
    models.fails(a_failure("timeout"))
    models.timer.time += SHORTEST
    models.cool_downs.begun(HERE, models.model)
    models.cool_downs.broken_off(HERE, models.model)
    assert models.left is None


def test_a_probe_that_is_never_heard_of_again_keeps_nobody_for_ever() -> None:
    models = Models()
    models.fails(a_failure("timeout"))
    models.timer.time += SHORTEST
    models.cool_downs.begun(HERE, models.model)
    models.timer.time += 60
    assert models.left is None


def test_each_time_it_fails_again_it_is_left_alone_longer_up_to_a_bound() -> None:
    models = Models()
    lasted = []
    for _ in range(9):
        models.fails(a_failure("timeout"))
        assert models.left is not None
        lasted.append(models.left)
        models.timer.time += models.left
        models.cool_downs.begun(HERE, models.model)
    assert lasted == [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, LONGEST, LONGEST, LONGEST]
    models.answers()
    models.fails(a_failure("timeout"))
    assert models.left == SHORTEST


def test_failures_while_it_is_left_alone_make_it_no_longer() -> None:
    models = Models()
    models.fails(a_failure("timeout"))
    models.timer.time += 1
    for _ in range(10):
        assert models.fails(a_failure("timeout")) is False
    assert models.left == SHORTEST - 1


def test_calls_that_were_under_way_are_no_new_findings() -> None:
    models = Models()
    begun = models.timer.now()
    models.timer.time += 1
    models.fails(a_failure("rate_limited", retry_after_seconds=20.0))
    assert models.answers(called_at=begun) is False
    assert models.left == 20.0
    models.timer.time += 20
    assert models.answers()
    assert models.fails(a_failure("timeout"), called_at=begun) is False
    assert models.left is None


def test_another_endpoint_key_or_setting_begins_again() -> None:
    models = Models()
    models.fails(a_failure("auth_invalid", is_retryable=False))
    assert models.left is not None
    models.model = replace(models.model, mark=2)
    assert models.left is None


def test_of_very_many_models_the_latest_are_kept() -> None:
    cool_downs = CoolDowns(FakeTimer(), most_models=3)
    models = [a_candidate() for _ in range(5)]
    for model in models:
        cool_downs.failed(HERE, model, a_failure("timeout").failure, 1000.0)
    assert [cool_downs.is_suspect(HERE, model) for model in models] == [False, False, True, True, True]


def test_organizations_know_nothing_of_each_other() -> None:
    models = Models()
    models.fails(a_failure("timeout"))
    assert models.cool_downs.of(uuid4(), models.model) is None


class Pair:
    """Two processes that tell each other."""

    def __init__(self) -> None:
        self.one = Models()
        self.other = Models()
        self.other.model = self.one.model
        self.other.timer.time = 7.0
        self._written = 0

    def tell(self, teller: Models, hearer: Models) -> int:
        """Share what the one has found, as the database would; return how much."""
        self._written += 1
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._written)
        found = teller.unshared()
        teller.cool_downs.note_shared(HERE, [(each.model_id, now) for each in found])
        hearer.cool_downs.note_others(HERE, [replace(each, changed_at=now) for each in found])
        return len(found)


def test_what_one_process_finds_the_other_goes_by_on_its_own_clock() -> None:
    pair = Pair()
    pair.one.fails(a_failure("rate_limited", retry_after_seconds=20.0))
    pair.one.timer.time += 4
    assert pair.tell(pair.one, pair.other) == 1
    assert (pair.one.left, pair.other.left) == (16.0, 16.0)
    assert pair.tell(pair.one, pair.other) == 0


def test_that_it_answers_again_is_shared_too() -> None:
    pair = Pair()
    pair.one.fails(a_failure("timeout"))
    pair.tell(pair.one, pair.other)
    pair.other.timer.time += SHORTEST
    assert pair.other.answers()
    pair.tell(pair.other, pair.one)
    assert (pair.one.left, pair.other.left) == (None, None)
    assert not pair.one.cool_downs.is_suspect(HERE, pair.one.model)


def test_the_next_round_is_longer_whoever_finds_it() -> None:
    pair = Pair()
    pair.one.fails(a_failure("timeout"))
    pair.tell(pair.one, pair.other)
    pair.other.timer.time += SHORTEST
    pair.other.fails(a_failure("timeout"))
    assert pair.other.left == 2 * SHORTEST


def test_what_this_process_has_just_found_is_not_overwritten_by_what_is_older() -> None:
    pair = Pair()
    pair.one.fails(a_failure("timeout"))
    pair.tell(pair.one, pair.other)
    pair.other.timer.time += SHORTEST
    pair.other.answers()
    before = pair.other.unshared()
    pair.tell(pair.one, pair.other)
    pair.other.cool_downs.note_others(HERE, [replace(each, reason="timeout", seconds_left=5.0) for each in before])
    assert pair.other.left is None
