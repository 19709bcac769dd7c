"""What was found to be wrong with a log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from uuid import UUID

Kind = Literal["edited", "deleted", "inserted", "swapped", "truncated", "re-chained", "out-of-order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it was written.

    `sequence` and `position` name the (first) event, of `count` in a row; what the log no longer tells is none: the
    organization of a position that is empty, or the position of an event that is gone.
    """

    kind: Kind
    organization_id: UUID | None
    sequence: int | None
    position: int | None = None
    message: str
    count: int = 1
    between: tuple[int, int | None] | None = None
    """The positions of the events before and after those that are gone; none after the last one."""


class Told(TypedDict, total=False):
    """The parts of a finding beside its organization."""

    kind: Kind
    sequence: int | None
    position: int | None
    message: str
    count: int
    between: tuple[int, int | None] | None
