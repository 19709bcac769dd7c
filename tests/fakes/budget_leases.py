"""The spending of budgets in memory, as all processes see it."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from application.bounds.budget_leases import Lease, LeaseRequest
from application.errors import Unavailable

Place = tuple[UUID, UUID, "datetime | None"]

LEASE_SECONDS = 30.0


@dataclass
class FakeSpending:
    """What the database holds: the spending and the parts of each budget and period."""

    now: float = 0.0
    is_away: bool = False
    spent: dict[Place, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    noted: dict[Place, int] = field(default_factory=lambda: defaultdict(int))
    parts: dict[Place, dict[UUID, tuple[Decimal, float]]] = field(default_factory=lambda: defaultdict(dict))


class FakeBudgetLeases:
    """Fulfils `application.bounds.budget_leases.BudgetLeases` for one process; answers wait for `answering`."""

    def __init__(self, spending: FakeSpending | None = None) -> None:
        self.spending = spending or FakeSpending()
        self.questions = 0
        self.answering = asyncio.Event()
        self.answering.set()
        self._holder = uuid4()

    async def renew(self, request: LeaseRequest) -> Lease:
        self.questions += 1
        held = self.spending
        if held.is_away:
            raise Unavailable
        place = (request.organization_id, request.subject_id, request.period_start)
        parts = held.parts[place]
        for holder, (amount, until) in list(parts.items()):
            if until < held.now and holder != self._holder:
                held.spent[place] += amount
                del parts[holder]
        held.spent[place] += request.spent_usd
        others = sum((amount for holder, (amount, _) in parts.items() if holder != self._holder), Decimal(0))
        rest = max(request.budget_usd - held.spent[place] - others - request.committed_usd, Decimal(0))
        wanted = min(rest, max(request.wanted_usd, rest / 8)) if request.wanted_usd > 0 else Decimal(0)
        leased = request.committed_usd + wanted
        parts.pop(self._holder, None)
        if leased > 0:
            parts[self._holder] = (leased, held.now + LEASE_SECONDS)
        reached = [t for t in (50, 80, 100) if held.spent[place] * 100 >= request.budget_usd * t]
        newly_reached = tuple(t for t in reached if t > held.noted[place])
        held.noted[place] = min(held.noted[place], max(reached, default=0))
        await self.answering.wait()
        return Lease(spent_usd=held.spent[place], leased_usd=leased, reached_percent=newly_reached)

    async def note_threshold(
        self, organization_id: UUID, subject_id: UUID, start: datetime | None, percent: int
    ) -> None:
        if self.spending.is_away:
            raise Unavailable
        place = (organization_id, subject_id, start)
        self.spending.noted[place] = max(self.spending.noted[place], percent)
