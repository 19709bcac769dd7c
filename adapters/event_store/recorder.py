"""The recorder: writes through `append_events`, reads under row-level security."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    DatabaseError,
    IntegrityError,
    Notification,
    OperationalError,
    StoredEvent,
    Subscription,
)
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool, PoolTimeout

from adapters.event_store.inline import inline_changes, sealed_document
from adapters.event_store.records import (
    Append,
    CommandAlreadyApplied,
    ConstraintConflict,
    LedgerNotification,
    LedgerStoredEvent,
    RevisionConflict,
)
from adapters.sql import statements
from adapters.event_store.subscription import PollingSubscription
from application.recorded import Recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from adapters.event_store.inline import Projector

_SQL: Final = statements("adapters.event_store", "statements.sql")
_LATEST: Final = 2**31 - 1
_END: Final = 2**63 - 1


class OutcomeUnknown(OperationalError):
    """The connection broke while events were being appended, and their fate could not be looked up."""


class LedgerRecorder(ApplicationRecorder):
    """Records and reads the events of the organization that `scope` names at the moment of the call."""

    def __init__(
        self,
        pool: ConnectionPool[psycopg.Connection[tuple[Any, ...]]],
        *,
        scope: Callable[[], Append],
        projector: Projector,
    ) -> None:
        self._pool = pool
        self._scope = scope
        self._projector = projector

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, append: Append | None = None, **_: object
    ) -> Sequence[int] | None:
        """Append the events, all or none, and return their positions.

        Raises:
            RevisionConflict: another command recorded one of the revisions first.
            ConstraintConflict: a read table refuses the row that follows.
            CommandAlreadyApplied: the log has this command id already.
            OutcomeUnknown: the connection broke at the commit, and asking about the command failed too.
            OperationalError: the database cannot be reached; nothing was recorded.
        """
        if not stored_events:
            return []
        append = append or self._scope()
        first_position, _, is_replay = self._append(append, stored_events)
        if is_replay:
            raise CommandAlreadyApplied(self.command_outcome(append.organization_id, append.command_id))
        return range(first_position, first_position + len(stored_events))

    def command_outcome(self, organization_id: UUID, command_id: UUID) -> Sequence[Recorded]:
        """Return what the command recorded, nothing when it recorded nothing; waits for one under way."""
        rows = self._rows("command_outcome", {"organization_id": organization_id, "command_id": command_id})
        return [Recorded(aggregate_id=row[0], revision=row[1], position=row[2]) for row in rows]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the aggregate's events after revision `gt` up to `lte`, oldest first unless `desc`."""
        parameters = {
            "aggregate_id": originator_id,
            "after": -1 if gt is None else gt,
            "until": _LATEST if lte is None else lte,
            "limit": limit,
        }
        return self._events("aggregate_events_descending" if desc else "aggregate_events", parameters)

    def select_many(self, aggregate_ids: Sequence[UUID]) -> Sequence[LedgerStoredEvent]:
        """Return all events of these aggregates, one aggregate after the other, each oldest first."""
        return self._events("events_of_aggregates", {"aggregate_ids": list(aggregate_ids)})

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return the organization's events in the order of the log."""
        first = 0 if start is None else start
        parameters = {
            "start": first if inclusive_of_start else first + 1,
            "stop": _END if stop is None else stop,
            "limit": limit,
            "topics": list(topics),
        }
        return [
            LedgerNotification(
                originator_id=event.originator_id,
                originator_version=event.originator_version,
                topic=event.topic,
                state=event.state,
                id=event.position,
                recorded_at=event.recorded_at,
            )
            for event in self._events("notifications", parameters)
        ]

    def max_notification_id(self) -> int | None:
        """Return the position of the organization's newest event."""
        position: int | None = self._scoped("last_position", {})[0][0]
        return position

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Return an endless iterator over the organization's events, also those still to come."""
        return PollingSubscription(recorder=self, gt=gt, topics=topics)

    def _append(self, append: Append, events: Sequence[StoredEvent]) -> tuple[int, object, bool]:
        parameters = {
            "organization_id": append.organization_id,
            "command_id": append.command_id,
            "correlation_id": append.correlation_id,
            "actor": append.actor,
            "reason": append.reason,
            "aggregate_ids": [event.originator_id for event in events],
            "revisions": [event.originator_version for event in events],
            "topics": [event.topic for event in events],
            "states": [event.state for event in events],
            "changes": inline_changes(self._projector, events),
            "sealed": sealed_document(append.sealed),
            "destroyed": list(append.destroyed) or None,
        }
        try:
            with self._pool.connection() as connection:
                row = connection.execute(_SQL["append"], parameters, prepare=True).fetchone()
        except PoolTimeout as error:
            raise OperationalError(str(error)) from error
        except psycopg.OperationalError as error:
            return self._looked_up(append, error)
        except psycopg.Error as error:
            raise _translated(error) from error
        if row is None:
            raise DatabaseError("append_events answered nothing")
        return row

    def _looked_up(self, append: Append, cause: psycopg.OperationalError) -> tuple[int, object, bool]:
        """Settle an append whose answer never came: it was applied, or it was not and never will be."""
        try:
            was_applied = bool(self.command_outcome(append.organization_id, append.command_id))
        except (OperationalError, DatabaseError) as error:
            raise OutcomeUnknown(str(error)) from cause
        if not was_applied:
            raise OperationalError(str(cause)) from cause
        return 0, None, True

    def _events(self, name: str, parameters: Mapping[str, Any]) -> list[LedgerStoredEvent]:
        return [LedgerStoredEvent(*row) for row in self._scoped(name, parameters)]

    def _scoped(self, name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        organization_id = self._scope().organization_id
        try:
            with self._pool.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
                with connection.pipeline():
                    connection.execute(_SQL["scope"], {"organization_id": str(organization_id)})
                    cursor.execute(_SQL[name], {**parameters, "organization_id": organization_id}, prepare=True)
                return cursor.fetchall()
        except psycopg.Error as error:
            raise _translated(error) from error

    def _rows(self, name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        try:
            with self._pool.connection() as connection:
                return connection.execute(_SQL[name], parameters).fetchall()
        except psycopg.Error as error:
            raise _translated(error) from error


def _translated(error: psycopg.Error) -> DatabaseError:
    constraint = error.diag.constraint_name
    if error.sqlstate == "ML001" or constraint == "events_revision_key":
        return RevisionConflict(str(error))
    if isinstance(error, psycopg.IntegrityError) and constraint:
        return ConstraintConflict(constraint)
    if isinstance(error, psycopg.IntegrityError):
        return IntegrityError(str(error))
    if isinstance(error, psycopg.OperationalError):
        return OperationalError(str(error))
    return DatabaseError(str(error))
