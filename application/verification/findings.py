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

    `sequence` names the (first) event, of `count` in a row. It is none where checkpoints are wrong, not the log.
    """

    kind: Kind
    organization_id: UUID | None
    sequence: int | None
    message: str
    count: int = 1


class Told(TypedDict, total=False):
    """The parts of a finding beside its organization."""

    kind: Kind
    sequence: int | None
    message: str
    count: int
