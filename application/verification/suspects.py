"""Events whose hash is not their own: edited where they stand, or exchanged with each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from application.verification.findings import Finding
from application.verification.shifts import NO_SHIFT, told_of_shift
from application.verification.stored import number, stored_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.verification.shifts import Shift
    from application.verification.stored import StoredEvent


@dataclass(frozen=True, slots=True)
class Suspect:
    """An event with a wrong hash, and the shift that would make it right, if there is one."""

    event: StoredEvent
    shift: Shift | None


def verdicts(suspects: Sequence[Suspect]) -> list[Finding]:
    """Return what became of each."""
    return [_verdict(suspect, suspects) for suspect in suspects]


def _verdict(suspect: Suspect, suspects: Sequence[Suspect]) -> Finding:
    event = suspect.event
    organization_id = UUID(bytes=bytes(event.organization_id))
    for other in suspects:
        if other is not suspect and were_exchanged(event, other.event):
            return Finding(
                kind="swapped",
                organization_id=organization_id,
                sequence=number(event.org_sequence),
                message=f"It stands in the place of event {number(other.event.org_sequence)}.",
            )
    if suspect.shift is not None:
        return told_of_shift(organization_id, event, NO_SHIFT, suspect.shift)
    return Finding(
        kind="edited",
        organization_id=organization_id,
        sequence=number(event.org_sequence),
        message="What it says does not have the hash that was recorded.",
    )


def were_exchanged(event: StoredEvent, other: StoredEvent) -> bool:
    """Tell whether either's hash is right in the other's place, or for what the other says.

    The rows may have been numbered anew, or what they say been written over each other.
    """
    renumbered = event._replace(org_sequence=other.org_sequence)
    replaced = other._replace(org_sequence=event.org_sequence, previous_hash=event.previous_hash)
    wholly = other._replace(org_sequence=event.org_sequence)
    return (
        stored_hash(renumbered) == event.hash
        or stored_hash(replaced) == event.hash
        or stored_hash(wholly) == event.hash
    )
