"""Holds calls to budgets, which all processes share, without querying the database for each call."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Final
from uuid import UUID

from application.bounds.budget_leases import BudgetLeases, Lease, LeaseRequest
from application.bounds.call_estimates import CallEstimate
from application.bounds.caller_bounds import CallerBounds, SubjectKind
from application.bounds.rate_limits import Quota
from application.caller import current_caller
from application.errors import BudgetExceeded, CostUnknown, RateLimited, Unavailable
from application.ports.clock import Clock, Timer
from application.repeat import Repeated
from application.usage.usage_ledger import ModelCall
from domain.budget import Budget, Period

NoteThreshold = Callable[[UUID, SubjectKind, UUID, int, datetime | None], Awaitable[None]]
"""Records once that so many percent of a budget were spent, of an organization, in the period since a time."""

FLUSH_SECONDS: Final = 1.0
"""What was spent is known to other processes after as long."""

_GIVEN_BACK_AFTER: Final = 3.0
_REMEMBERED_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 0.1
_NOTHING: Final = Decimal(0)
# A call of a model that costs nothing is let through as long as so much is left, too.
_LEAST: Final = Decimal("0.000001")


def period_start(period: Period, now: datetime) -> datetime | None:
    """Return the start of the period that contains the time, in the UTC calendar; None for one without an end."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case "day":
            return midnight
        case "week":
            return midnight - timedelta(days=midnight.weekday())
        case "month":
            return midnight.replace(day=1)
        case "total":
            return None


def period_end(period: Period, now: datetime) -> datetime | None:
    """Return when the next period begins, and the budget is whole again; None: never."""
    start = period_start(period, now)
    match period:
        case "day":
            return start and start + timedelta(days=1)
        case "week":
            return start and start + timedelta(days=7)
        case "month":
            return start and (start + timedelta(days=32)).replace(day=1)
        case "total":
            return None


_Place = tuple["UUID", "UUID", "datetime | None"]
"""An organization, a subject of it, and the beginning of a period."""


@dataclass(slots=True)
class _Part:
    """This process's part of a budget: `leased` of it, of which calls have `spent` and hold `reserved`; USD."""

    kind: SubjectKind
    budget: Decimal
    leased: Decimal = _NOTHING
    spent: Decimal = _NOTHING
    reserved: Decimal = _NOTHING
    spent_by_all: Decimal = _NOTHING
    used_at: float = 0.0
    asked_at: float = float("-inf")
    is_all_there_is: bool = False
    is_of_other_budget: bool = False
    is_noting: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def free(self) -> Decimal:
        return self.leased - self.spent - self.reserved

    @property
    def is_idle(self) -> bool:
        return not self.spent and not self.reserved


class Budgets:
    """Sets aside what each call may cost, from this process's parts of the budgets, and settles with what it did cost.

    A call is made as long as there is anything left that is not set aside for others, so that spending passes a budget
    by no more than the calls under way. Parts are requested when they run out, what was spent of them is reported every
    second, and they are given back when they are not needed. Start and close it in the running loop.
    """

    def __init__(
        self,
        leases: BudgetLeases,
        *,
        timer: Timer,
        clock: Clock,
        note_threshold: NoteThreshold,
        flush_seconds: float = FLUSH_SECONDS,
    ) -> None:
        self._leases = leases
        self._timer = timer
        self._clock = clock
        self._note_threshold = note_threshold
        self._parts: dict[_Place, _Part] = {}
        self._noting: set[asyncio.Task[None]] = set()
        self._flushing = Repeated(flush_seconds, self.flush)

    async def start(self) -> None:
        """Start reporting what was spent every second."""
        self._flushing.start()

    async def close(self) -> None:
        """Stop, report the remaining spending, and give all parts back."""
        await self._flushing.stop()
        await self.flush(gives_back=True)
        if self._noting:
            await asyncio.wait(self._noting)

    @asynccontextmanager
    async def within(
        self, bounds: Sequence[CallerBounds], estimate: CallEstimate, uses: Callable[[], Sequence[ModelCall]]
    ) -> AsyncIterator[None]:
        """Run a call if all budgets allow it; `uses` returns its cost at the end.

        Raises:
            BudgetExceeded: one is spent.
            RateLimited: what is left of one is set aside for calls under way.
            CostUnknown: the price of a model is not known.
            Unavailable: the database cannot be reached.
        """
        if not bounds:
            yield
            return
        amount = estimate.most
        if amount is None:
            raise CostUnknown
        held: list[tuple[_Part, Decimal]] = []
        try:
            for each in bounds:
                reservation = await self._reserve(each, max(amount, _LEAST))
                held.append(reservation)
            yield
        finally:
            spent = sum(map(estimate.cost_of, uses()), _NOTHING)
            for part, reserved in held:
                part.reserved -= reserved
                part.spent += spent

    async def _reserve(self, bounds: CallerBounds, amount: Decimal) -> tuple[_Part, Decimal]:
        budget = bounds.budget
        if budget is None:
            raise LookupError(bounds.subject_id)
        now = self._clock.now()
        organization_id = current_caller().organization_id
        place = (organization_id, bounds.subject_id, period_start(budget.period, now))
        part = self._parts.get(place)
        if part is None:
            part = self._parts[place] = _Part(bounds.kind, budget.usd)
        if part.budget != budget.usd:
            # What was given of the other budget may be more than there is of this one.
            part.budget, part.is_of_other_budget = budget.usd, True
        part.used_at = self._timer.now()
        if part.free < amount or part.is_of_other_budget:
            async with part.turn:
                # Whoever had the turn before may have been given enough for this one too.
                if part.is_of_other_budget or (part.free < amount and self._may_lease(part)):
                    await self._renew(place, part, amount)
        if part.free > 0:
            reserved = min(amount, part.free)
            part.reserved += reserved
            return part, reserved
        raise _refusal(bounds, budget, part, now)

    def _may_lease(self, part: _Part) -> bool:
        """Whether the answer may have changed: a budget that is used up is not queried by each call."""
        is_spent = part.spent_by_all + part.spent >= part.budget
        pause = _REMEMBERED_SECONDS if is_spent else _PAUSE_SECONDS if part.is_all_there_is else 0.0
        return self._timer.now() - part.asked_at >= pause

    async def _renew(self, place: _Place, part: _Part, wanted: Decimal) -> None:
        organization_id, subject_id, start = place
        spent, committed, budget = part.spent, part.reserved, part.budget
        part.asked_at = self._timer.now()
        request = LeaseRequest(
            organization_id=organization_id,
            subject_id=subject_id,
            period_start=start,
            budget_usd=budget,
            spent_usd=spent,
            committed_usd=committed,
            wanted_usd=wanted,
        )
        leasing = asyncio.create_task(self._leases.renew(request))
        try:
            departure = await _await_lease(leasing)
            lease = leasing.result()
        finally:
            # An error refers to this frame, and so to itself: the request would be kept for minutes.
            del leasing
        # Where the answer is lost it is reported again: it may count twice, and never not at all.
        part.spent -= spent
        part.leased, part.spent_by_all = lease.leased_usd, lease.spent_usd
        part.is_of_other_budget = part.budget != budget
        part.is_all_there_is = lease.leased_usd < committed + wanted
        if lease.reached_percent and not part.is_noting:
            part.is_noting = True
            noting = asyncio.create_task(self._note(place, part, lease.reached_percent))
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)
        if departure is not None:
            raise departure

    async def _note(self, place: _Place, part: _Part, reached: Sequence[int]) -> None:
        """Record what was reached, the lowest first. What cannot be recorded now comes with a later part again."""
        organization_id, subject_id, start = place
        try:
            with suppress(Unavailable):
                for percent in reached:
                    await self._note_threshold(organization_id, part.kind, subject_id, percent, start)
                    await self._leases.note_threshold(organization_id, subject_id, start, percent)
        finally:
            part.is_noting = False

    async def flush(self, *, gives_back: bool = False) -> None:
        """Report what was spent, renew the parts in use, and give back those that are not."""
        for place, part in list(self._parts.items()):
            is_not_needed = gives_back or self._is_old(part)
            wanted = _NOTHING if is_not_needed else max(part.free, _NOTHING)
            async with part.turn:
                try:
                    await self._renew(place, part, wanted)
                except Unavailable:
                    continue
            # A call that came meanwhile continues with this part.
            if part.is_idle and self._is_old(part) and self._parts.get(place) is part:
                del self._parts[place]

    def _is_old(self, part: _Part) -> bool:
        return self._timer.now() - part.used_at > _GIVEN_BACK_AFTER


async def _await_lease(leasing: asyncio.Task[Lease]) -> asyncio.CancelledError | None:
    """Wait for the answer even if the caller is cancelled, and return that: else all would be reported once more."""
    departure = None
    while not leasing.done():
        try:
            await asyncio.wait({leasing})
        except asyncio.CancelledError as error:
            departure = error
    return departure


def _refusal(bounds: CallerBounds, budget: Budget, part: _Part, now: datetime) -> BudgetExceeded | RateLimited:
    if part.spent_by_all + part.spent < budget.usd:
        return RateLimited(
            Quota(name=f"{bounds.kind}-budget", what="prompts", requests=1, seconds=1),
            1,
            f"{bounds.whose} has some of its budget left, all of it set aside for calls under way; try again in a "
            "second.",
        )
    resets_at = period_end(budget.period, now)
    seconds = None if resets_at is None else max(1, ceil((resets_at - now).total_seconds()))
    return BudgetExceeded(
        whose=bounds.whose, usd=budget.usd, period=budget.period, resets_at=resets_at, retry_after_seconds=seconds
    )
