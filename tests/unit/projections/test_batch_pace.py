"""Rows are written in batches that take some milliseconds, whatever the machine does meanwhile."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.projections.rewrite_rows import Pace

MILLISECONDS = st.floats(0.0, 10_000.0)


def test_a_machine_that_is_slow_at_once_gets_small_batches_and_large_ones_by_and_by() -> None:
    pace = Pace(rows=100)
    pace.note(150.0, 100)
    assert pace.rows == 10
    for _ in range(50):
        pace.note(1.0, pace.rows)
    assert (pace.rows, pace.longest_ms) == (500, 150.0)


@given(rows_a_millisecond=st.floats(1.0, 30.0), start=st.integers(5, 500))
def test_batches_come_to_take_the_time_they_may(rows_a_millisecond: float, start: int) -> None:
    pace = Pace(rows=start)
    for _ in range(60):
        pace.note(pace.rows / rows_a_millisecond, pace.rows)
    assert pace.rows / rows_a_millisecond <= 15.0


@given(st.lists(st.tuples(MILLISECONDS, st.integers(1, 500))))
def test_a_batch_is_never_empty_nor_larger_than_allowed(batches: list[tuple[float, int]]) -> None:
    pace = Pace()
    for milliseconds, rows in batches:
        pace.note(milliseconds, rows)
        assert 5 <= pace.rows <= 500
