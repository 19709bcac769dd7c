"""The outcome of a command, for error responses, which must report whether it was applied."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from application.recorded_revision import Recorded

Known = Literal["made", "partial", "unknown", "unchanged"]


@dataclass(slots=True)
class CommandOutcome:
    """What is known of a command so far. A new one has changed nothing; it is noted while it is executed.

    `position` is that of the newest event the command is known to have recorded. `unresolved` is the command id of an
    append that may have been made. `may_have_changed` is set as long as something else may have been changed: before a
    statement beside the log, or because an earlier run of the same command is not known to have failed.
    """

    position: int | None = None
    unresolved: UUID | None = None
    may_have_changed: bool = False
    _is_partial: bool = False

    @property
    def known(self) -> Known:
        """`unchanged` is certain, and so is `made`; `partial` is a part of the command and certainly not all of it."""
        if self.unresolved is not None:
            return "unknown"
        if self.position is not None:
            return "partial" if self._is_partial else "made"
        return "unknown" if self.may_have_changed else "unchanged"

    def note(self, recorded: Iterable[Recorded]) -> None:
        """Note what the log holds of the command."""
        positions = [entry.position for entry in recorded if entry.position is not None]
        if positions:
            self.position = max(positions if self.position is None else [self.position, *positions])

    @contextmanager
    def in_parts(self) -> Iterator[None]:
        """Take what is recorded during the block for a part of the command, until the block has come to its end."""
        self._is_partial = True
        yield
        self._is_partial = False
