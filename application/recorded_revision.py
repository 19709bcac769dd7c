"""The result of a command: revision and log position."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The aggregate's revision after the command, and the position of its last event in the organization's log."""

    aggregate_id: UUID
    revision: int
    position: int | None
