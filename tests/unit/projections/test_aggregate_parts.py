"""The parts of an organization cover every id there can be, once, however many events it has."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from adapters.projections.aggregate_parts import AggregateList, Span, spans


@given(events=st.integers(0, 2_000), size=st.integers(1, 60))
def test_spans_cover_everything_once(events: int, size: int) -> None:
    parts = list(spans(events, size=size))
    assert len(parts) == max(1, -(-events // size))
    assert (parts[0].first.int, parts[-1].last.int) == (0, 2**128 - 1)
    for one, other in pairwise(parts):
        assert other.first.int == one.last.int + 1


@given(id_=st.uuids(), events=st.integers(0, 2_000))
def test_each_id_is_in_one_of_them(id_: UUID, events: int) -> None:
    assert [id_ in part for part in spans(events, size=7)].count(True) == 1
    assert id_ in Span()
    assert id_ in AggregateList([id_])
    assert UUID(int=id_.int ^ 1) not in AggregateList([id_])
