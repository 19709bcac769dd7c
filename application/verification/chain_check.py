"""One organization's events, checked in their order: each against its hash, and against the event before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack
from uuid import UUID

from application.policies.chain import genesis_hash
from application.verification.findings import Finding
from application.verification.shifts import NO_SHIFT, explained_by, told_of_shift
from application.verification.stored import StoredEvent, eight_bytes, number, stored_hash
from application.verification.suspects import Suspect, verdicts, were_exchanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.verification.findings import Kind, Told
    from application.verification.shifts import Shift
    from application.verification.stored import Head

MOST_SUSPECTS: Final = 500
"""More than these are reported as edited without a closer look."""


MOST_FINDINGS: Final = 1_000
"""Of one organization; what else is wrong is not told."""


class ChainCheck:
    """Takes all events of an organization, batch after batch; then `finish` says what is wrong with them."""

    def __init__(self, organization_id: bytes) -> None:
        self.organization_id = UUID(bytes=organization_id)
        self.last = _beginning(self.organization_id)
        self.count = 0
        # With the sequence number of the event that told.
        self._findings: list[tuple[int, Finding]] = []
        self._suspects: list[Suspect] = []
        self._shift: Shift = NO_SHIFT

    def take(self, events: Sequence[StoredEvent]) -> None:
        """Check the next events; any tuple of the columns will do."""
        last = self.last
        following = eight_bytes(number(last[1]) + 1)
        for event in events:
            computed = stored_hash(event)
            is_right = computed == event[12] and event[11] == last[12] and event[1] == following and event[9] >= last[9]
            if not is_right or self._shift != NO_SHIFT:
                self._look_closer(StoredEvent(*event), StoredEvent(*last), hash_is_right=computed == event[12])
            last = event
            following = eight_bytes(number(event[1]) + 1)
        self.count += len(events)
        self.last = StoredEvent(*last)

    def finish(self, head: Head) -> list[Finding]:
        """Return the findings, the first event's first, now that no event of the organization is left."""
        self._settle_the_last()
        last = number(self.last.org_sequence)
        if last < head.org_sequence:
            missing = head.org_sequence - last
            told = f"The head says that {missing} more events follow."
            self._gone("truncated", last + 1, missing, told)
        elif self.last.hash != head.hash and not self._is_suspect(self.last):
            self._find("edited", last, "The head names another hash than it has.")
        found = verdicts(self._suspects) + [finding for _, finding in self._findings]
        return sorted(found, key=lambda finding: finding.sequence or 0)

    def _settle_the_last(self) -> None:
        """No event follows that could confirm a shift of the last one: believe in it unless it was exchanged."""
        if not self._suspects or self._suspects[-1].event != self.last:
            return
        *others, suspect = self._suspects
        if suspect.shift is not None and not any(were_exchanged(suspect.event, other.event) for other in others):
            self._suspects.pop()
            self._believe(suspect.event, suspect.shift)

    def _look_closer(self, event: StoredEvent, last: StoredEvent, *, hash_is_right: bool) -> None:
        shift: Shift | None = NO_SHIFT
        if not hash_is_right:
            shift = explained_by(event, self._shift) if len(self._suspects) < MOST_SUSPECTS else None
        if shift is None:
            self._suspect(event, None)
        elif shift != self._shift:
            self._suspect_shift(event, shift, hash_is_right=hash_is_right)
        self._check_place(event, last, hash_is_right=hash_is_right)

    def _suspect_shift(self, event: StoredEvent, shift: Shift, *, hash_is_right: bool) -> None:
        """Believe in a shift when a second event in a row confirms it: two events that changed places show it too."""
        before = self._suspects[-1] if self._suspects else None
        confirmed = before is not None and before.shift == shift and _follows(event, before.event)
        if not hash_is_right and not confirmed:
            self._suspect(event, shift)
            return
        if confirmed:
            self._believe(self._suspects.pop().event, shift)
        else:
            self._believe(event, shift)

    def _believe(self, first: StoredEvent, shift: Shift) -> None:
        """Hold all events from the first one on to be shifted."""
        finding = told_of_shift(self.organization_id, first, self._shift, shift)
        if finding.kind == "inserted":
            self._forget(range(finding.sequence or 0, number(first.org_sequence)))
        self._findings.append((number(first.org_sequence), finding))
        self._shift = shift

    def _forget(self, inserted: range) -> None:
        """Let go of what forged events seemed to tell: that they were inserted says it all."""
        self._suspects = [kept for kept in self._suspects if number(kept.event.org_sequence) not in inserted]
        self._findings = [(by, finding) for by, finding in self._findings if by not in inserted]

    def _check_place(self, event: StoredEvent, last: StoredEvent, *, hash_is_right: bool) -> None:
        sequence, expected = number(event.org_sequence), number(last.org_sequence) + 1
        if sequence > expected:
            missing = sequence - expected
            told = f"{missing} events are missing before event {sequence}."
            self._gone("deleted", expected, missing, told)
        elif sequence < expected:
            self._find("inserted", sequence, "There are two events of this sequence number.")
        elif hash_is_right and event.previous_hash != last.hash and not self._is_suspect(last):
            self._replaced(last, by=sequence)
        elif hash_is_right and not self._is_suspect(last) and _is_earlier(event, last):
            self._find("out-of-order", sequence, "It is dated before the last one.")

    def _replaced(self, last: StoredEvent, *, by: int) -> None:
        """Note what the event `by` tells of the one before it; if it turns out to be forged itself, it told nothing."""
        sequence = number(last.org_sequence)
        told = "The event after it follows another one: this was edited, and its own hash made to fit."
        if sequence == 0:
            told = "The first event follows another beginning than the organization has."
        self._find("edited", max(sequence, 1), told, by=by)

    def _suspect(self, event: StoredEvent, shift: Shift | None) -> None:
        if len(self._suspects) < MOST_SUSPECTS:
            self._suspects.append(Suspect(event, shift))
        else:
            self._find("edited", number(event.org_sequence), "Its hash is not its own.")

    def _is_suspect(self, event: StoredEvent) -> bool:
        return bool(self._suspects) and self._suspects[-1].event == event

    def _gone(self, kind: Kind, sequence: int, count: int, message: str) -> None:
        self._note(sequence, kind=kind, sequence=sequence, count=count, message=message)

    def _find(self, kind: Kind, sequence: int, message: str, *, by: int | None = None) -> None:
        self._note(sequence if by is None else by, kind=kind, sequence=sequence, message=message)

    def _note(self, by: int, **told: Unpack[Told]) -> None:
        if len(self._findings) < MOST_FINDINGS:
            self._findings.append((by, Finding(organization_id=self.organization_id, **told)))


def _is_earlier(event: StoredEvent, last: StoredEvent) -> bool:
    return event.recorded_at < last.recorded_at


def _follows(event: StoredEvent, before: StoredEvent) -> bool:
    return number(event.org_sequence) == number(before.org_sequence) + 1


def _beginning(organization_id: UUID) -> StoredEvent:
    """Return what stands before the first event."""
    return StoredEvent._make([organization_id.bytes, eight_bytes(0), *[b""] * 10, genesis_hash(organization_id)])
