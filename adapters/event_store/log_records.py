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
    """A stored event with its time in the database and its position in the organization's log."""

    recorded_at: datetime
    position: int


@dataclass(frozen=True)
class LedgerNotification(Notification):
    """An event in the order of the organization's log."""

    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """The context of an append: the caller, the credentials that change with it, and where to note the outcome."""

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
    """The row that the events project to violates the named constraint of a read table."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class OrganizationClosed(IntegrityError):
    """The organization was removed, and no events can be appended after that."""


class LogAhead(OperationalError):
    """The newest event of the organization is dated too many seconds ahead of the clock to append another."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the log is {seconds} seconds ahead of the clock")
        self.seconds = seconds


class ConnectionLost(OperationalError):
    """The connection broke while a server process was working.

    `backend` is the process id, or behind a pooler the application name of the process.
    """

    def __init__(self, message: str, backend: int, name: str) -> None:
        super().__init__(message)
        self.backend = backend
        self.name = name


class OutcomeUnknown(OperationalError):
    """The connection broke during an append, and a lookup of the outcome failed too."""
