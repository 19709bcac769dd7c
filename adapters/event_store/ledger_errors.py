"""Errors of the event log: from psycopg's to the event library's, and from there to the application's."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import psycopg
from eventsourcing.persistence import DatabaseError, IntegrityError, OperationalError
from eventsourcing.utils import TopicError

from adapters.database_errors import violated_constraint
from application.errors import (
    ApplicationError,
    CommandOutcomeUnknown,
    Conflict,
    LogAheadOfClock,
    OrganizationRemoved,
    Unavailable,
)
from application.projections.project_event import UnknownEventType
from application.recorded_revision import Recorded


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

    It is the process `backend`, or, behind a pooler, the one that has this name.
    """

    def __init__(self, message: str, backend: int, name: str) -> None:
        super().__init__(message)
        self.backend = backend
        self.name = name


class OutcomeUnknown(OperationalError):
    """The connection broke while events were being appended, and their fate could not be looked up."""


def library_error(error: psycopg.Error) -> DatabaseError:
    """Return psycopg's error as the event library and its recorder tests know it."""
    constraint = violated_constraint(error)
    if error.sqlstate == "ML003":
        return OrganizationClosed(str(error))
    if error.sqlstate == "ML005":
        return LogAhead(float(error.diag.message_detail or 0))
    if error.sqlstate in {"ML001", "ML004"} or constraint == "events_revision_key":
        return RevisionConflict(str(error))
    if isinstance(error, psycopg.IntegrityError):
        return ConstraintConflict(constraint) if constraint else IntegrityError(str(error))
    if isinstance(error, psycopg.OperationalError):
        return OperationalError(str(error))
    return DatabaseError(str(error))


@contextmanager
def application_errors(constraints: Mapping[str, type[ApplicationError]] | None = None) -> Iterator[None]:
    """Translate the event library's errors; `constraints` gives the error for each of them that may be violated.

    Raises:
        Conflict: another command came first, or a constraint is violated that `constraints` does not know.
        OrganizationRemoved: nothing can be written for the organization any more.
        UnknownEventType: the log holds an event that this version does not know.
        LogAheadOfClock: the newest event is dated too far in the future.
        Unavailable: the database could not be reached; nothing was recorded.
        CommandOutcomeUnknown: it is not known whether something was recorded.
    """
    try:
        yield
    except RevisionConflict as error:
        raise Conflict from error
    except ConstraintConflict as error:
        raise (constraints or {}).get(error.constraint, Conflict) from error
    except OrganizationClosed as error:
        raise OrganizationRemoved from error
    except TopicError as error:
        raise UnknownEventType from error
    except LogAhead as error:
        raise LogAheadOfClock(error.seconds) from error
    except OutcomeUnknown as error:
        raise CommandOutcomeUnknown from error
    except OperationalError as error:
        raise Unavailable from error
