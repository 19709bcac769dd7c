"""Events whose numbers were moved to make room for another, or to close the gap that another left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from application.verification.findings import Finding
from application.verification.stored import eight_bytes, number, stored_hash

if TYPE_CHECKING:
    from uuid import UUID

    from application.verification.stored import StoredEvent

FARTHEST: Final = 16
"""Events; whoever moves more at once is found all the same, only not as clearly."""


class Shift(NamedTuple):
    """By how much an event's sequence number and position are greater than when it was hashed."""

    sequence: int
    position: int


NO_SHIFT: Final = Shift(0, 0)


def explained_by(event: StoredEvent, likely: Shift) -> Shift | None:
    """Return the shift that makes the hash of the event right, the likely one first; none when none does."""
    return next((shift for shift in (likely, *_ALL) if _is_right(event, shift)), None)


def told_of_shift(organization_id: UUID, event: StoredEvent, before: Shift, after: Shift) -> Finding:
    """Return what it means that from this event on the numbers are shifted otherwise than before."""
    added = after.sequence - before.sequence
    sequence, position = number(event.org_sequence), number(event.position)
    if added > 0:
        return Finding(
            kind="inserted",
            organization_id=organization_id,
            sequence=sequence - added,
            position=position - 1 if after.position > before.position else None,
            message=f"{added} events were put here, and those that follow were numbered anew.",
            count=added,
        )
    if added < 0:
        return Finding(
            kind="deleted",
            organization_id=organization_id,
            sequence=sequence,
            position=position if after.position < before.position else None,
            message=f"{-added} events were taken from here, and those that follow were numbered anew.",
            count=-added,
        )
    return Finding(
        kind="out-of-order",
        organization_id=organization_id,
        sequence=sequence,
        position=position,
        message="From here on the positions are not those that were recorded.",
    )


def _is_right(event: StoredEvent, shift: Shift) -> bool:
    moved = event._replace(
        org_sequence=eight_bytes(number(event.org_sequence) - shift.sequence),
        position=eight_bytes(number(event.position) - shift.position),
    )
    return stored_hash(moved) == event.hash


_STEPS: Final = [step for size in range(1, FARTHEST + 1) for step in (size, -size)]
_ALL: Final = [
    *(Shift(step, step) for step in _STEPS),
    *(Shift(step, 0) for step in _STEPS),
    *(Shift(0, step) for step in _STEPS),
]
