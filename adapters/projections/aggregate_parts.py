"""Splits the aggregates of an organization into parts that are folded one by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier

# So many events and what becomes of them take some 50 MB.
PART_EVENTS: Final = 20_000
_LEAST: Final = UUID(int=0)
_GREATEST: Final = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Span:
    """The aggregates in a range of ids, ends included."""

    first: UUID = _LEAST
    last: UUID = _GREATEST

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the condition."""
        return {"first": self.first, "last": self.last}

    def condition(self, column: str) -> Composed:
        """Return the SQL condition that a column holds one of these ids."""
        return SQL("{} BETWEEN %(first)s AND %(last)s").format(Identifier(column))

    def __contains__(self, aggregate_id: UUID) -> bool:
        return self.first <= aggregate_id <= self.last


@dataclass(frozen=True, slots=True)
class AggregateList:
    """A list of aggregates."""

    ids: Sequence[UUID]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the condition."""
        return {"ids": list(self.ids)}

    def condition(self, column: str) -> Composed:
        """Return the SQL condition that a column holds one of these ids."""
        return SQL("{} = ANY (%(ids)s::uuid[])").format(Identifier(column))

    def __contains__(self, aggregate_id: UUID) -> bool:
        return aggregate_id in self.ids


Which = Span | AggregateList


def spans(events: int, size: int = PART_EVENTS) -> Iterator[Span]:
    """Yield ranges of ids that cover every possible id once, each with about `size` events or fewer."""
    count = max(1, -(-events // size))
    for first, end in pairwise(part * 2**128 // count for part in range(count + 1)):
        yield Span(UUID(int=first), UUID(int=end - 1))
