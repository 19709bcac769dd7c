"""Records written to and read from the event log, and errors of the recorder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eventsourcing.persistence import IntegrityError, Notification, OperationalError, StoredEvent

from application.command_outcome import CommandOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.ports.vault import SealedCredential
    from application.recorded_revision import Recorded


@dataclass(frozen=True)
class LedgerStoredEvent(StoredEvent):
    """An event with the database's time of it and its position in the organization's log."""

    recorded_at: datetime
    position: int


@dataclass(frozen=True)
class LedgerNotification(Notification):
    """An event in the order of the organization's log."""

    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """On whose behalf events are appended, the credentials that change with them, and where the outcome is noted."""

    organization_id: UUID
    actor: str
    command_id: UUID
    correlation_id: str
    reason: str | None = None
    sealed: Sequence[SealedCredential] = ()
    destroyed: Sequence[UUID] = field(default=())
    outcome: CommandOutcome = field(default_factory=CommandOutcome, compare=False, repr=False)


class CommandAlreadyApplied(IntegrityError):
    """The log holds this command already; `outcome` is what it recorded."""

    def __init__(self, outcome: Sequence[Recorded]) -> None:
        super().__init__("the command was applied before")
        self.outcome = outcome


class RevisionConflict(IntegrityError):
    """Another command has recorded this revision of the aggregate first."""


class ConstraintConflict(IntegrityError):
    """A read table's constraint, named here, does not allow the row that follows from the events."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class OrganizationClosed(IntegrityError):
    """The organization was removed: nothing follows the event that closed it."""


class LogAhead(OperationalError):
    """The organization's newest event is dated so many seconds after the clock, too far for another to be dated."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the log is {seconds} seconds ahead of the clock")
        self.seconds = seconds


class ConnectionLost(OperationalError):
    """The connection broke in the middle of the work that one of the server's processes was doing.

    It is the process `backend`, or, where a pooler stands between, the one that has this name.
    """

    def __init__(self, message: str, backend: int, name: str) -> None:
        super().__init__(message)
        self.backend = backend
        self.name = name


class OutcomeUnknown(OperationalError):
    """The connection broke while events were being appended, and their fate could not be looked up."""
