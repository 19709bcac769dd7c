"""The parts of the log cover every id there can be, once, whatever organizations there are."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from adapters.projections.batches import GREATEST, LEAST, batches, within

if TYPE_CHECKING:
    from uuid import UUID

_HEADS = st.dictionaries(st.uuids() | st.sampled_from([LEAST, GREATEST]), st.integers(1, 60), max_size=12).map(
    lambda heads: sorted(heads.items())
)


@given(heads=_HEADS, whole=st.booleans())
def test_batches_cover_everything_once(heads: list[tuple[UUID, int]], whole: bool) -> None:
    parts = list(batches(heads, size=20, whole=whole))
    keys = [
        ((part.first_organization.int, part.first_aggregate.int), (part.last_organization.int, part.last_aggregate.int))
        for part in parts
    ]
    everything = 2**128 - 1
    for (_, last), (first, _) in pairwise(keys):
        organization, aggregate = last
        following = (organization, aggregate + 1) if aggregate < everything else (organization + 1, 0)
        assert first == following
    assert keys[0][0] == (0, 0)
    assert keys[-1][1] == (everything, everything)


@given(heads=_HEADS)
def test_each_organization_is_named_once(heads: list[tuple[UUID, int]]) -> None:
    named = [organization_id for part in batches(heads, size=20) for organization_id in part.organizations]
    assert named == [organization_id for organization_id, _ in heads]


@given(heads=_HEADS)
def test_batches_are_as_large_as_they_may_be_and_not_much_larger(heads: list[tuple[UUID, int]]) -> None:
    assert all(part.events < 40 for part in batches(heads, size=20))


@given(head=st.tuples(st.uuids(), st.integers(1, 100)))
def test_one_organization_alone_is_covered(head: tuple[UUID, int]) -> None:
    parts = list(within(head[0], batches([head], size=20)))
    assert {(part.first_organization, part.last_organization) for part in parts} == {(head[0], head[0])}
    assert (parts[0].first_aggregate, parts[-1].last_aggregate) == (LEAST, GREATEST)
    for one, other in pairwise(parts):
        assert other.first_aggregate.int == one.last_aggregate.int + 1
