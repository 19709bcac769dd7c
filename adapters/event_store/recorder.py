"""The recorder: writes through `append_events`, reads under row-level security."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    DatabaseError,
    Notification,
    OperationalError,
    StoredEvent,
    Subscription,
)
from psycopg_pool import ConnectionPool

from adapters.event_store.append_statement import AppendStatement
from adapters.event_store.connections import Connection, Connections
from adapters.event_store.inline_projections import Projector, inline_changes, sealed_document
from adapters.event_store.ledger_errors import CommandAlreadyApplied, ConnectionLost, OutcomeUnknown
from adapters.event_store.log_records import Append, LedgerNotification, LedgerStoredEvent
from adapters.event_store.polling_subscription import PollingSubscription
from adapters.sql import statements
from application.recorded_revision import Recorded

_SQL: Final = statements("adapters.event_store", "statements.sql")
_LATEST: Final = 2**31 - 1
_END: Final = 2**63 - 1


class LedgerRecorder(ApplicationRecorder):
    """Appends and reads the events of the organization that `scope` names when a method is called."""

    def __init__(
        self,
        pool: ConnectionPool[Connection],
        *,
        scope: Callable[[], Append],
        projector: Projector,
    ) -> None:
        self._pool = pool
        self._connections = Connections(pool)
        self._scope = scope
        self._projector = projector
        self._statement = AppendStatement()

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, append: Append | None = None, **_: object
    ) -> Sequence[int] | None:
        """Append the events, all or none, and return their positions.

        Raises:
            RevisionConflict: another command recorded one of the revisions first.
            ConstraintConflict: a constraint of a read table is violated.
            CommandAlreadyApplied: the log already has events with this command id.
            OutcomeUnknown: the connection broke at the commit, and a lookup of the command failed too.
            OperationalError: the database cannot be reached; nothing was recorded.
        """
        if not stored_events:
            return []
        append = append or self._scope()
        try:
            first_position = self._append(append, stored_events)
        except ConnectionLost as lost:
            raise self._fate(append, lost) from lost
        if first_position is None:
            raise self._fate(append)
        return list(range(first_position, first_position + len(stored_events)))

    def command_outcome(self, organization_id: UUID, command_id: UUID) -> Sequence[Recorded]:
        """Return what the command recorded, which may be nothing. Waits for an append that is under way."""
        parameters = {"organization_id": organization_id, "command_id": command_id}
        rows = self._connections.read(
            lambda connection: connection.execute(_SQL["command_outcome"], parameters).fetchall()
        )
        return [Recorded(aggregate_id=row[0], revision=row[1], position=row[2]) for row in rows]

    def recorded_already(self, command_ids: Sequence[UUID]) -> Sequence[Recorded]:
        """Return what the commands have recorded so far. Does not wait for an append that is under way."""
        rows = self.read("recorded_already", {"command_ids": list(command_ids)})
        return [Recorded(aggregate_id=row[0], revision=row[1], position=row[2]) for row in rows]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[LedgerStoredEvent]:
        """Return the aggregate's events after revision `gt` up to `lte`, oldest first unless `desc`."""
        parameters = {
            "aggregate_id": originator_id,
            "after": -1 if gt is None else gt,
            "until": _LATEST if lte is None else lte,
            "limit": limit,
        }
        return self._events("aggregate_events_descending" if desc else "aggregate_events", parameters)

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
        position: int | None = self.read("last_position", {})[0][0]
        return position

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Return an endless iterator over the current and future events of the organization that `scope` names now."""
        scope = self._scope()
        bound = LedgerRecorder(self._pool, scope=lambda: scope, projector=self._projector)
        return PollingSubscription(recorder=bound, gt=gt, topics=topics)

    def _append(self, append: Append, events: Sequence[StoredEvent]) -> int | None:
        """Return the first position, or None if the log already has the command."""
        changes = inline_changes(self._projector, events)
        sealed = sealed_document(append.sealed, append.digests, append.documents)
        return self._connections.run(
            lambda connection: self._statement.run(connection, append, events, changes=changes, sealed=sealed)
        )

    def _fate(self, append: Append, lost: ConnectionLost | None = None) -> DatabaseError:
        """Find out whether an append was applied, now or before, or will never be."""
        try:
            is_over = lost is None or self._connections.end(lost)
            outcome = self.command_outcome(append.organization_id, append.command_id)
        except DatabaseError as error:
            return OutcomeUnknown(str(error))
        if outcome:
            return CommandAlreadyApplied(outcome)
        if not is_over:
            return OutcomeUnknown("the server's process of the lost connection may still be at work")
        return OperationalError("the connection was lost before the commit")

    def _events(self, name: str, parameters: Mapping[str, Any]) -> list[LedgerStoredEvent]:
        return [LedgerStoredEvent(*row) for row in self.read(name, parameters)]

    @property
    def organization_id(self) -> UUID:
        """The organization that `scope` names now."""
        return self._scope().organization_id

    def read(self, name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a statement for the organization that `scope` names now."""
        organization_id = self.organization_id

        def read(connection: Connection) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                with connection.pipeline():
                    connection.execute(_SQL["scope"], {"organization_id": str(organization_id)})
                    cursor.execute(_SQL[name], {**parameters, "organization_id": organization_id}, prepare=True)
                return cursor.fetchall() if cursor.description else []

        return self._connections.read(read)

    def write(self, name: str, parameters: Mapping[str, Any]) -> None:
        """Run an idempotent statement for the organization that `scope` names now."""
        self.read(name, parameters)
