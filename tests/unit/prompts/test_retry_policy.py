from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.ports.provider_gateway import Category, UpstreamFailure
from application.prompts.retry_policy import FINAL, RetryPolicy, most_informative
from tests.prompt_setup import a_failure

PATIENT = RetryPolicy()


def waited(
    error: UpstreamFailure,
    *,
    attempt: int = 1,
    remaining: float = 60.0,
    chance: float = 0.0,
    has_alternative: bool = False,
) -> float | None:
    return PATIENT.wait(
        error.failure, attempt=attempt, remaining=remaining, chance=chance, has_alternative=has_alternative
    )


@pytest.mark.parametrize("category", sorted(FINAL))
def test_some_failures_are_final_whatever_the_provider_says(category: Category) -> None:
    assert waited(a_failure(category, is_retryable=True, retry_after_seconds=0.1)) is None


def test_what_the_provider_rules_out_is_not_repeated() -> None:
    assert waited(a_failure("provider_error", is_retryable=False)) is None


def test_the_wait_grows_up_to_its_limit() -> None:
    policy = RetryPolicy(attempts_per_model=10)
    failure = a_failure().failure
    waits = [policy.wait(failure, attempt=n, remaining=60, chance=0.0, has_alternative=False) for n in range(1, 7)]
    assert waits == [0.5, 1.0, 2.0, 2.0, 2.0, 2.0]


def test_chance_shortens_a_wait_of_our_own_by_up_to_half() -> None:
    assert waited(a_failure(), chance=0.5) == 0.375


def test_a_wait_that_the_provider_names_is_never_shortened() -> None:
    failure = a_failure("rate_limited", retry_after_seconds=2.0)
    assert waited(failure) == 2.0
    assert waited(failure, chance=0.5) == pytest.approx(2.1)


def test_a_wait_in_the_past_is_none_at_all() -> None:
    assert waited(a_failure(retry_after_seconds=-5.0)) == 0.0


def test_attempts_are_counted() -> None:
    assert waited(a_failure(), attempt=2) is not None
    assert waited(a_failure(), attempt=3) is None


def test_nobody_waits_beyond_the_deadline() -> None:
    assert waited(a_failure(retry_after_seconds=2.0), remaining=2.0) is None
    assert waited(a_failure(retry_after_seconds=2.0), remaining=2.1) == 2.0


def test_nobody_waits_long() -> None:
    assert waited(a_failure("rate_limited", retry_after_seconds=2.0)) == 2.0
    assert waited(a_failure("rate_limited", retry_after_seconds=2.1)) is None
    assert waited(a_failure("overloaded", retry_after_seconds=20.0)) is None


def test_nobody_waits_while_another_model_stands_by() -> None:
    assert waited(a_failure("rate_limited"), has_alternative=True) is None
    assert waited(a_failure("rate_limited", retry_after_seconds=0.1), has_alternative=True) is None
    assert waited(a_failure("overloaded", retry_after_seconds=0.1), has_alternative=True) is None
    assert waited(a_failure("provider_error"), has_alternative=True) is None
    assert waited(a_failure("provider_error"), has_alternative=False) == 0.5


@given(
    category=st.sampled_from(get_args(Category)),
    is_retryable=st.booleans(),
    retry_after=st.none() | st.floats(-10, 1000),
    attempt=st.integers(1, 5),
    remaining=st.floats(-1, 100),
    chance=st.floats(0, 1, exclude_max=True),
    has_alternative=st.booleans(),
)
def test_a_wait_is_short_enough_and_only_for_what_may_heal(
    *,
    category: Category,
    is_retryable: bool,
    retry_after: float | None,
    attempt: int,
    remaining: float,
    chance: float,
    has_alternative: bool,
) -> None:
    failure = a_failure(category, is_retryable=is_retryable, retry_after_seconds=retry_after)
    wait = waited(failure, attempt=attempt, remaining=remaining, chance=chance, has_alternative=has_alternative)
    if wait is None:
        return
    assert 0 <= wait < remaining
    assert is_retryable
    assert category not in FINAL
    assert attempt < PATIENT.attempts_per_model
    assert wait >= (retry_after or 0)
    assert wait <= PATIENT.longest_wait * 1.1
    assert not has_alternative or retry_after is None


def test_the_reported_failure_is_one_that_may_be_temporary() -> None:
    busy, refused = a_failure("overloaded").failure, a_failure("auth_invalid", is_retryable=False).failure
    assert most_informative([busy, refused]) is busy
    assert most_informative([refused, busy]) is busy
    assert most_informative([refused, other := a_failure("not_found", is_retryable=False).failure]) is other
