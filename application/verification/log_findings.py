"""The findings of a verification."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Kind = Literal["edited", "deleted", "inserted", "truncated", "re-chained", "out-of-order", "credential"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFinding:
    """The first error in an organization's log.

    `sequence` is the first of `count` events in a row. It is None if no event is concerned, but checkpoints or a
    stored key.
    """

    kind: Kind
    organization_id: UUID | None
    sequence: int | None
    message: str
    count: int = 1
