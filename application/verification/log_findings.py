"""What was found to be wrong with a log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from uuid import UUID

Kind = Literal["edited", "deleted", "inserted", "truncated", "re-chained", "out-of-order", "credential"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFinding:
    """The first thing in an organization's log that does not fit, and what is wrong there.

    `sequence` names the (first) event, of `count` in a row that may be meant. It is none where no event is concerned:
    checkpoints are wrong, or a stored key.
    """

    kind: Kind
    organization_id: UUID | None
    sequence: int | None
    message: str
    count: int = 1
