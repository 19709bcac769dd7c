"""Events whose numbers were moved to make room for another, or to close the gap that another left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from application.verification.findings import Finding
from application.verification.stored import eight_bytes, number, stored_hash

if TYPE_CHECKING:
    from uuid import UUID

    from application.verification.stored import StoredEvent

FARTHEST: Final = 16
"""Events; whoever moves more at once is found all the same, only not as clearly."""

Shift = int
"""By how much an event's sequence number is greater than when it was hashed."""

NO_SHIFT: Final = 0


def explained_by(event: StoredEvent, likely: Shift) -> Shift | None:
    """Return the shift that makes the hash of the event right, the likely one first; none when none does."""
    return next((shift for shift in (likely, *_STEPS) if _is_right(event, shift)), None)


def told_of_shift(organization_id: UUID, event: StoredEvent, before: Shift, after: Shift) -> Finding:
    """Return what it means that from this event on the numbers are shifted otherwise than before."""
    added = after - before
    sequence = number(event.org_sequence)
    if added > 0:
        return Finding(
            kind="inserted",
            organization_id=organization_id,
            sequence=sequence - added,
            message=f"{added} events were put here, and those that follow were numbered anew.",
            count=added,
        )
    return Finding(
        kind="deleted",
        organization_id=organization_id,
        sequence=sequence,
        message=f"{-added} events were taken from here, and those that follow were numbered anew.",
        count=-added,
    )


def _is_right(event: StoredEvent, shift: Shift) -> bool:
    moved = event._replace(org_sequence=eight_bytes(number(event.org_sequence) - shift))
    return stored_hash(moved) == event.hash


_STEPS: Final = [step for size in range(1, FARTHEST + 1) for step in (size, -size)]
