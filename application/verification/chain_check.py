"""Checks the events of one organization in order: each against its hash and against the previous event."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from application.plurals import counted
from application.verification.hash_chain import Head, StoredEvent, eight_bytes, genesis_hash, number, stored_hash
from application.verification.log_findings import Kind, LogFinding


class ChainCheck:
    """Takes the events of an organization in batches; then `finish` returns the first finding.

    `proved` is the last event of an earlier proof; the batches then start after it.
    """

    def __init__(self, organization_id: bytes, proved: Head | None = None) -> None:
        self.organization_id = UUID(bytes=organization_id)
        self.count = 0
        self.finding: LogFinding | None = None
        self._start = proved.org_sequence if proved else 0
        self._sequence = self._start
        self._hash = proved.hash if proved else genesis_hash(self.organization_id)
        self._recorded_at = b""
        self._revisions: dict[bytes, bytes] = {}

    def unknown_aggregates(self, events: Sequence[StoredEvent]) -> list[UUID]:
        """Return the aggregates whose newest revision before these events must be passed to `know`."""
        if not self._start:
            return []
        ids = {event[2] for event in events} - self._revisions.keys()
        return [UUID(bytes=id_) for id_ in sorted(ids)]

    def know(self, revisions: Mapping[UUID, int]) -> None:
        """Set the newest revisions of aggregates in the events that were proved before."""
        for aggregate_id, revision in revisions.items():
            self._revisions[aggregate_id.bytes] = revision.to_bytes(4, "big", signed=True)

    def take(self, events: Sequence[StoredEvent]) -> None:
        """Check the next events, given as tuples of the columns. After the first finding, events are only counted."""
        self.count += len(events)
        if self.finding is not None:
            return
        last_hash, last_time = self._hash, self._recorded_at
        following = eight_bytes(self._sequence + 1)
        for event in events:
            if (
                event[1] != following
                or event[11] != last_hash
                or event[9] < last_time
                or stored_hash(event) != event[12]
                or not self._follows_its_aggregate(event[2], event[3])
            ):
                self.finding = self._explained(StoredEvent(*event), number(following), last_hash, last_time)
                return
            last_hash, last_time = event[12], event[9]
            following = eight_bytes(number(following) + 1)
        self._hash, self._recorded_at = last_hash, last_time
        self._sequence = number(following) - 1

    def finish(self, head: Head) -> LogFinding | None:
        """Return the first finding, or None if all events up to the head are correct. Call it after the last batch."""
        if self.finding is not None:
            return self.finding
        if self._sequence < head.org_sequence:
            missing = head.org_sequence - self._sequence
            detail = f"By the organization's head, {missing} more events follow."
            return self._found("truncated", self._sequence + 1, detail, missing)
        if self._hash != head.hash:
            return self._found("edited", self._sequence, "The head names another hash than it has.")
        return None

    def _follows_its_aggregate(self, aggregate_id: bytes, revision: bytes) -> bool:
        before = self._revisions.get(aggregate_id)
        self._revisions[aggregate_id] = revision
        if before is None:
            return number(revision) <= 1
        return number(revision) == number(before) + 1

    def _explained(self, event: StoredEvent, expected: int, last_hash: bytes, last_time: bytes) -> LogFinding:
        sequence = number(event.org_sequence)
        if sequence > expected:
            missing = sequence - expected
            return self._found(
                "deleted", expected, f"{counted(missing, 'event')} missing before event {sequence}.", missing
            )
        if sequence < expected:
            return self._found("inserted", sequence, "There are two events of this sequence number.")
        if stored_hash(event) != event.hash:
            return self._found("edited", sequence, "Its content does not have the hash that was recorded.")
        if event.previous_hash != last_hash:
            before = "event before it" if sequence > 1 else "beginning of the organization"
            detail = f"It does not follow the {before}: one of them was replaced, or changed and hashed again."
            return self._found("edited", sequence, detail)
        if event.recorded_at < last_time:
            return self._found("out-of-order", sequence, "It is dated before the last one.")
        return self._found("out-of-order", sequence, "The revision does not follow the one before it.")

    def _found(self, kind: Kind, sequence: int, message: str, count: int = 1) -> LogFinding:
        return LogFinding(
            kind=kind, organization_id=self.organization_id, sequence=sequence, message=message, count=count
        )
