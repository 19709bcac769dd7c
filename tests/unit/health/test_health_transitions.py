"""When what a check saw becomes what is said about a provider."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.health.health_checks import Seen, Streak
from application.health.health_transitions import INCONCLUSIVE, NEEDED, conclusion, patient_status
from application.ports.provider_gateway import Category, HealthStatus
from tests.fakes.health_checks import continued

STATUSES: tuple[HealthStatus, ...] = get_args(HealthStatus)
SEEN: tuple[Seen, ...] = get_args(Seen)
WORDS: dict[str, Seen | None] = {"h": "healthy", "d": "degraded", "u": "unhealthy", "-": None}

checks = st.lists(st.sampled_from([*SEEN, None]), max_size=40)


def statuses(seen: Sequence[Seen | None], held: HealthStatus = "unknown") -> Iterator[HealthStatus]:
    """Yield the status after each check, the first one before any."""
    streak = Streak()
    yield held
    for each in seen:
        streak = continued(streak, each)
        held = patient_status(held, each, streak)
        yield held


@pytest.mark.parametrize(
    ("held", "story", "expected"),
    [
        # What is not known yet is said at once.
        ("unknown", "h", "healthy"),
        ("unknown", "d", "degraded"),
        ("unknown", "u", "unhealthy"),
        ("unknown", "-", "unknown"),
        # Three failures in a row, of whatever came before.
        ("healthy", "u", "healthy"),
        ("healthy", "uu", "healthy"),
        ("healthy", "uuu", "unhealthy"),
        ("healthy", "uuhuu", "healthy"),
        ("healthy", "uuduu", "healthy"),
        ("degraded", "uu", "degraded"),
        ("degraded", "uuu", "unhealthy"),
        # A hiccup is none, two are.
        ("healthy", "d", "healthy"),
        ("healthy", "dd", "degraded"),
        ("healthy", "dhdhdh", "healthy"),
        ("healthy", "duud", "healthy"),
        ("degraded", "h", "degraded"),
        ("degraded", "hh", "healthy"),
        ("degraded", "hdhdhd", "degraded"),
        # Recovery: two checks that did not fail, and the status of the second.
        ("unhealthy", "h", "unhealthy"),
        ("unhealthy", "hu", "unhealthy"),
        ("unhealthy", "huhuhu", "unhealthy"),
        ("unhealthy", "hh", "healthy"),
        ("unhealthy", "dd", "degraded"),
        ("unhealthy", "dh", "healthy"),
        ("unhealthy", "hd", "degraded"),
        # What says nothing neither counts nor interrupts.
        ("healthy", "u-u-", "healthy"),
        ("healthy", "u-u-u", "unhealthy"),
        ("unhealthy", "-------", "unhealthy"),
        ("unhealthy", "h--h", "healthy"),
    ],
)
def test_what_a_story_comes_to(held: HealthStatus, story: str, expected: HealthStatus) -> None:
    assert list(statuses([WORDS[letter] for letter in story], held))[-1] == expected


def test_an_old_streak_does_not_speak_for_a_check_that_saw_nothing() -> None:
    assert patient_status("unknown", None, Streak(failures=9, seen="unhealthy", repeats=9)) == "unknown"


def test_the_table_has_every_change_there_is() -> None:
    assert {(held, seen) for held, row in NEEDED.items() for seen in row} == {
        (held, seen) for held in STATUSES for seen in SEEN if seen != held
    }
    assert all(needed >= 1 for row in NEEDED.values() for needed in row.values())


def test_what_we_caused_ourselves_says_nothing() -> None:
    ours = {"bad_request", "content_filter", "context_length_exceeded", "not_found", "endpoint_refused"}
    for status, category in product(STATUSES, get_args(Category)):
        expected = None if status == "unknown" or category in ours else status
        assert conclusion(status, category) == expected, (status, category)
        assert (category in INCONCLUSIVE) is (conclusion("unhealthy", category) is None), category


@given(checks)
def test_a_status_is_always_one_that_was_just_seen(seen: list[Seen | None]) -> None:
    for (before, after), each in zip(pairwise(statuses(seen)), seen, strict=True):
        assert after in {before, each}
        assert each is not None or after == before


@given(checks)
def test_nobody_falls_from_well_to_ill_without_three_failures_in_a_row(seen: list[Seen | None]) -> None:
    story = list(statuses(seen))
    for number, (before, after) in enumerate(pairwise(story)):
        if before in {"healthy", "degraded"} and after == "unhealthy":
            assert [each for each in seen[: number + 1] if each][-3:] == ["unhealthy"] * 3


@given(checks)
def test_nobody_recovers_without_two_checks_that_did_not_fail(seen: list[Seen | None]) -> None:
    story = list(statuses(seen))
    for number, (before, after) in enumerate(pairwise(story)):
        if before == "unhealthy" != after:
            assert "unhealthy" not in [each for each in seen[: number + 1] if each][-2:]


@given(checks, st.sampled_from(STATUSES), st.sampled_from(SEEN))
def test_what_lasts_is_said_after_three_checks_at_most(
    seen: list[Seen | None], held: HealthStatus, lasting: Seen
) -> None:
    assert list(statuses([*seen, lasting, lasting, lasting], held))[-1] == lasting


@given(checks)
def test_two_changes_in_a_row_never_lead_back(seen: list[Seen | None]) -> None:
    for first, second, third in zip(*(list(statuses(seen))[offset:] for offset in range(3)), strict=False):
        assert first in ("unknown", second) or third != first


@given(checks)
def test_checks_that_say_nothing_change_nothing(seen: list[Seen | None]) -> None:
    assert list(statuses(seen))[-1] == list(statuses([each for each in seen if each]))[-1]
