"""Record the thresholds of budgets that were reached, and that a process could not record before it died."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from application.bounds.budget_leases import BudgetLeases, LeaseRequest
from application.bounds.budgets import NoteThreshold
from application.bounds.caller_bounds import SubjectKind
from application.errors import Unavailable

SWEEP_SECONDS: Final = 300.0
MOST: Final = 1_000
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueThreshold:
    """A budget that has reached a threshold of which no event is recorded."""

    organization_id: UUID
    kind: SubjectKind
    subject_id: UUID
    period_start: datetime | None
    budget_usd: Decimal


class OverdueThresholds(Protocol):
    """Finds them in all organizations."""

    async def find(self, limit: int) -> Sequence[OverdueThreshold]:
        """Return at most so many.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...


async def note_overdue_thresholds(*, overdue: OverdueThresholds, leases: BudgetLeases, note: NoteThreshold) -> int:
    """Record all that are overdue, at most 1,000, and return for how many budgets.

    Raises:
        Unavailable: the database cannot be reached.
    """
    found = await overdue.find(MOST)
    for each in found:
        # Leases nothing, and counts as spent what a process that has died had leased.
        request = LeaseRequest(
            organization_id=each.organization_id,
            subject_id=each.subject_id,
            period_start=each.period_start,
            budget_usd=each.budget_usd,
            spent_usd=_NOTHING,
            committed_usd=_NOTHING,
            wanted_usd=_NOTHING,
        )
        place = (each.organization_id, each.subject_id, each.period_start)
        for percent in (await leases.renew(request)).reached_percent:
            await note(each.organization_id, each.kind, each.subject_id, percent, each.period_start)
            await leases.note_threshold(*place, percent)
    return len(found)


async def note_overdue_thresholds_for_ever(
    *, overdue: OverdueThresholds, leases: BudgetLeases, note: NoteThreshold, pause_seconds: float = SWEEP_SECONDS
) -> None:
    """Do so at the start and every five minutes; runs until cancelled."""
    while True:
        with suppress(Unavailable):
            await note_overdue_thresholds(overdue=overdue, leases=leases, note=note)
        await asyncio.sleep(pause_seconds)
