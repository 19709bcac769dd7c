"""The store of what was spent of budgets, which all processes share."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRequest:
    """What a process has to say about a budget, and how much of it it wants to have for itself.

    `spent_usd` was spent since the last time, `committed_usd` is set aside for calls under way, `wanted_usd` is needed
    beyond that at least; 0 gives back what is not committed.
    """

    organization_id: UUID
    subject_id: UUID
    period_start: datetime | None
    budget_usd: Decimal
    spent_usd: Decimal
    committed_usd: Decimal
    wanted_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """How much was spent in all, and how much of the rest is this process's alone; USD.

    `reached_percent` are thresholds that the spending has passed and that are not noted yet.
    """

    spent_usd: Decimal
    leased_usd: Decimal
    reached_percent: tuple[int, ...] = ()


class BudgetLeases(Protocol):
    """Keeps the spending of each budget and period, and hands out parts of the rest to processes."""

    async def renew(self, request: LeaseRequest) -> Lease:
        """Take note of what was spent, and return the process's part of the rest.

        All parts and what was spent are together no more than the budget, but for what calls have cost more than was
        set aside for them. A part that a process does not renew for half a minute counts as spent: it may have been.

        Raises:
            Unavailable: the database cannot be reached; nothing was noted.
        """
        ...

    async def note_threshold(
        self, organization_id: UUID, subject_id: UUID, start: datetime | None, percent: int
    ) -> None:
        """Note that an event of this threshold is recorded, in the period that began then.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
