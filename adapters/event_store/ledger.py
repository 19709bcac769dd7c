"""The event library's application on our recorder; the one place where async code hops to a thread."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from time import perf_counter
from typing import Final, TypeVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder, DatabaseError, Mapper
from eventsourcing.utils import Environment, EnvType

from adapters.event_store.aggregate_snapshots import AggregateSnapshots
from adapters.event_store.event_mapper import CanonicalJson, LedgerMapper
from adapters.event_store.ledger_errors import CommandAlreadyApplied, application_errors
from adapters.event_store.log_records import Append
from adapters.event_store.recorder import LedgerRecorder
from application.append_timing import AppendTiming
from application.caller import current_caller
from application.errors import ApplicationError, CommandOutcomeUnknown, Conflict, Unavailable
from application.projections.fold_log import Row
from application.recorded_revision import Recorded
from application.run_in_thread import release_after, rest_after_much, rest_beside_others
from application.turns import Turn, Turns
from domain.root import Root

RootT = TypeVar("RootT", bound=Root)
T = TypeVar("T")

_LONGEST_QUEUE_SECONDS: Final = 5.0
# A server that is well ends a statement sooner (roles.sql). One that has stopped, with its connections open, ends none.
_LONGEST_WORK_SECONDS: Final = 30.0
# To load an aggregate, or to record an event, takes the interpreter some 0.1 ms and the database some 0.2 ms.
_LARGE: Final = 50
# Of each second. What a person changes takes less.
_UNRESTED_SECONDS: Final = 0.1
_LONGEST_REST_SECONDS: Final = 0.05


class StillAtWork(Unavailable):
    """The database has not answered for half a minute; the statement may still be executed."""


class LedgerApplication(Application[UUID]):
    """The event library's application with a given recorder. It reads no environment variables."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._given = recorder
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        return Environment(name, env or {})

    def construct_recorder(self) -> ApplicationRecorder:
        return self._given

    def construct_mapper(self) -> Mapper[UUID]:
        return LedgerMapper(CanonicalJson())


class Ledger:
    """Loads and saves aggregates off the event loop."""

    def __init__(
        self, recorder: LedgerRecorder, *, threads: int = 4, written: Sequence[Callable[[UUID], None]] = ()
    ) -> None:
        """Take the recorder. `written` are called with the organization after each save, also after a failed one."""
        self._recorder = recorder
        self._written = written
        self._application = LedgerApplication(recorder)
        self._lives = AggregateSnapshots(recorder, self._application.mapper)
        self.appended: Callable[[AppendTiming], None] = lambda _: None
        """Called with each append, whatever its outcome."""
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="ledger")
        # Its appends wait for its head's lock anyway, and must not hold up with them those of all others.
        self._turns = Turns(max(1, threads // 2), patience_seconds=_LONGEST_QUEUE_SECONDS)
        # Changes rest in a line of their own: neither a read nor a change that has begun waits for that.
        self._change_turns = Turns(max(1, threads // 2), patience_seconds=_LONGEST_QUEUE_SECONDS)
        # Of what is large, one piece at a time, with rests while others are at work: all share both processors.
        self._large_turns = Turns(patience_seconds=_LONGEST_WORK_SECONDS)

    def close(self) -> None:
        """Wait for pending writes, then stop the threads."""
        self._executor.shutdown()
        self._application.close()

    async def load(self, kind: type[RootT], aggregate_id: UUID) -> RootT | None:
        """Return the aggregate, or None if the organization has none of this kind and id."""
        return (await self.load_many(kind, [aggregate_id])).get(aggregate_id)

    async def load_many(self, kind: type[RootT], aggregate_ids: Sequence[UUID]) -> Mapping[UUID, RootT]:
        """Return the aggregates that exist, with one read."""
        aggregates = await self._in_thread(self._lives.aggregates, aggregate_ids, entries=len(aggregate_ids))
        return {aggregate.id: aggregate for aggregate in aggregates if isinstance(aggregate, kind)}

    async def load_at(self, kind: type[RootT], aggregate_id: UUID, revision: int) -> RootT | None:
        """Return the aggregate as it was after this revision, or None if the organization has none of the id."""
        found = await self._in_thread(self._lives.aggregates, [aggregate_id], revision)
        return next((aggregate for aggregate in found if isinstance(aggregate, kind)), None)

    async def row_at(self, aggregate_id: UUID, revision: int) -> Row | None:
        """Return the row that the events up to the revision project to, or None if they project to none."""
        return await self._in_thread(self._lives.row, aggregate_id, revision)

    async def has_events(self) -> bool:
        """Return whether the organization has a log."""
        return await self._in_thread(self._recorder.max_notification_id) is not None

    async def recorded_already(self, command_ids: Sequence[UUID]) -> Mapping[UUID, Recorded]:
        """Return the revisions that the commands have recorded so far, by aggregate, with one read."""
        recorded = await self._in_thread(self._recorder.recorded_already, command_ids, entries=len(command_ids))
        return {record.aggregate_id: record for record in recorded}

    async def save(
        self,
        aggregates: Sequence[Root],
        append: Append,
        constraints: Mapping[str, type[ApplicationError]] | None = None,
    ) -> Sequence[Recorded]:
        """Record what the aggregates have decided, all or nothing; nothing decided is nothing recorded.

        Raises:
            Conflict: another command recorded one of the revisions first; or the error that `constraints` names for
                the constraint of a read table that does not allow what follows.
            Unavailable: the database could not be reached; nothing was recorded.
            CommandOutcomeUnknown: it is not known whether the events were recorded.
        """
        began = perf_counter()
        events = sum(len(aggregate.pending_events) for aggregate in aggregates)
        error: str | None = "unfinished"
        try:
            recorded = await self._recorded(aggregates, append, constraints, events)
        except ApplicationError as refusal:
            error = refusal.code
            if isinstance(refusal, CommandOutcomeUnknown):
                append.outcome.unresolved = append.command_id
            raise
        else:
            error = None
            return recorded
        finally:
            self.appended(AppendTiming(perf_counter() - began, events, error))
            # Whatever became of it, it may have been recorded.
            for call in self._written:
                call(append.organization_id)

    async def _recorded(
        self,
        aggregates: Sequence[Root],
        append: Append,
        constraints: Mapping[str, type[ApplicationError]] | None,
        events: int,
    ) -> Sequence[Recorded]:
        try:
            return await self._in_thread(
                self._record, aggregates, append, constraints=constraints, entries=events, rests=True
            )
        except StillAtWork as error:
            raise CommandOutcomeUnknown from error

    async def _in_thread(
        self,
        function: Callable[..., T],
        *arguments: object,
        constraints: Mapping[str, type[ApplicationError]] | None = None,
        entries: int = 1,
        rests: bool = False,
    ) -> T:
        """Return the result of the function, which works on so many aggregates or events.

        Only what ends a change `rests`: between its load and its save others could change what it has loaded.
        """
        organization_id = current_caller().organization_id
        is_large = entries > _LARGE
        with application_errors(constraints):
            if not (is_large or rests):
                async with self._turns.of(organization_id):
                    return await self._in_executor(function, *arguments)
            line = (self._large_turns if is_large else self._change_turns).of(organization_id)
            await line.acquire()
            rest = 0.0
            try:
                async with self._turns.of(organization_id):
                    began = perf_counter()
                    try:
                        return await self._in_executor(function, *arguments)
                    finally:
                        if rests:
                            rest = _rest(organization_id, line, began, is_large=is_large)
            finally:
                release_after(line, rest)

    async def _in_executor(self, function: Callable[..., T], *arguments: object) -> T:
        context = copy_context()
        return await _outcome(self._executor.submit(lambda: context.run(function, *arguments)))

    def _record(self, aggregates: Sequence[Root], append: Append) -> Sequence[Recorded]:
        positions = {aggregate.id: aggregate.recorded_position for aggregate in aggregates}
        pending = [(aggregate, list(aggregate.pending_events)) for aggregate in aggregates]
        try:
            recordings = self._application.save(*aggregates, append=append)
        except CommandAlreadyApplied as replay:
            append.outcome.note(replay.outcome)
            return _as_the_first_time(replay.outcome, pending)
        except DatabaseError:
            # The library has taken the events from the aggregates; what was not recorded is still to be decided.
            for aggregate, events in pending:
                aggregate.pending_events[:] = events
            raise
        for recording in recordings:
            positions[recording.domain_event.originator_id] = recording.notification.id
        recorded = [
            Recorded(aggregate_id=aggregate.id, revision=aggregate.revision, position=positions[aggregate.id])
            for aggregate in aggregates
        ]
        if recordings:
            append.outcome.note(recorded)
        return recorded


def _rest(organization_id: UUID, line: Turn, began: float, *, is_large: bool) -> float:
    if is_large:
        return rest_beside_others(organization_id, perf_counter() - began)
    # What a change takes is much more than its own work where the database is busy with others.
    return min(rest_after_much(organization_id, line, began, _UNRESTED_SECONDS), _LONGEST_REST_SECONDS)


async def _outcome(work: Future[T]) -> T:
    """Return the result of the work. Work that no thread begins within some seconds is cancelled.

    Raises:
        Unavailable: the work was not begun, because all threads wait for a database that does not answer.
        StillAtWork: it was begun and did not end in time. It continues.
    """
    outcome = asyncio.wrap_future(work)
    try:
        await asyncio.wait([outcome], timeout=_LONGEST_QUEUE_SECONDS)
        if not outcome.done() and work.cancel():
            raise Unavailable
        await asyncio.wait([outcome], timeout=_LONGEST_WORK_SECONDS)
        if not outcome.done():
            outcome.add_done_callback(_look_at)
            raise StillAtWork
        return outcome.result()
    except asyncio.CancelledError:
        outcome.cancel()
        raise
    finally:
        # An error refers to this frame, and so to itself: all that was to be saved would be kept for minutes.
        del work, outcome


def _look_at(outcome: asyncio.Future[T]) -> None:
    """Take note of how the work ended that nobody waits for any more."""
    if not outcome.cancelled():
        outcome.exception()


def _as_the_first_time(
    outcome: Sequence[Recorded], pending: Sequence[tuple[Root, Sequence[object]]]
) -> Sequence[Recorded]:
    """Return the result of the first run of the command. Aggregates that it did not change are returned as they are.

    Raises:
        Conflict: this run changes an aggregate that the first run did not change, so it is another command.
    """
    recorded = {record.aggregate_id: record for record in outcome}
    if any(events and aggregate.id not in recorded for aggregate, events in pending):
        raise Conflict("This command was executed before, on another resource; send the request as a new one.")
    return [
        recorded.get(aggregate.id)
        or Recorded(aggregate_id=aggregate.id, revision=aggregate.revision, position=aggregate.recorded_position)
        for aggregate, _ in pending
    ]
