"""What every store of budgets' spending does for processes that share it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.bounds.budget_leases import BudgetLeases, Lease, LeaseRequest

START = datetime(2026, 11, 1, tzinfo=UTC)


class Processes(Protocol):
    """Several processes on one store."""

    def process(self) -> BudgetLeases:
        """Return the store as a new process has it."""
        ...

    def pass_time(self, seconds: float) -> None:
        """Let time pass for all of them."""
        ...


class Process:
    """A process with its part of one budget."""

    def __init__(self, leases: BudgetLeases, request: LeaseRequest) -> None:
        self.leases = leases
        self._request = request

    async def renew(
        self, wanted: str = "0", *, spent: str = "0", committed: str = "0", budget: str | None = None
    ) -> Lease:
        request = replace(
            self._request,
            spent_usd=Decimal(spent),
            committed_usd=Decimal(committed),
            wanted_usd=Decimal(wanted),
        )
        return await self.leases.renew(request if budget is None else replace(request, budget_usd=Decimal(budget)))

    async def note(self, percent: int) -> None:
        request = self._request
        await self.leases.note_threshold(request.organization_id, request.subject_id, request.period_start, percent)


def a_request(budget: str = "10", *, subject_id: UUID | None = None, start: datetime | None = START) -> LeaseRequest:
    return LeaseRequest(
        organization_id=uuid4(),
        subject_id=subject_id or uuid4(),
        period_start=start,
        budget_usd=Decimal(budget),
        spent_usd=Decimal(0),
        committed_usd=Decimal(0),
        wanted_usd=Decimal(0),
    )


class BudgetLeasesContract:
    """Inherited by the tests of each; `processes` gives the store."""

    def two(self, processes: Processes, request: LeaseRequest | None = None) -> tuple[Process, Process]:
        request = request or a_request()
        return Process(processes.process(), request), Process(processes.process(), request)

    async def test_parts_and_spending_are_no_more_than_the_budget(self, processes: Processes) -> None:
        one, other = self.two(processes)
        assert (await one.renew("6")).leased_usd == 6
        assert (await other.renew("6")).leased_usd == 4
        assert (await other.renew("6", committed="4")).leased_usd == 4
        spent = await one.renew("6", spent="5")
        assert (spent.spent_usd, spent.leased_usd) == (Decimal(5), Decimal(1))
        assert (await other.renew(spent="4")).leased_usd == 0
        assert (await one.renew("6", spent="1")).leased_usd == 0

    async def test_an_eighth_of_the_rest_is_given_where_less_is_wanted(self, processes: Processes) -> None:
        one, other = self.two(processes)
        assert (await one.renew("0.5")).leased_usd == Decimal("1.25")
        assert (await other.renew("0.5")).leased_usd == Decimal("8.75") / 8

    async def test_what_is_given_back_is_there_for_others(self, processes: Processes) -> None:
        one, other = self.two(processes)
        await one.renew("10")
        assert (await other.renew("1")).leased_usd == 0
        assert (await one.renew(committed="3")).leased_usd == 3
        assert (await other.renew("10")).leased_usd == 7

    async def test_a_part_that_is_not_renewed_counts_as_spent(self, processes: Processes) -> None:
        one, other = self.two(processes)
        await one.renew("6")
        await other.renew("1")
        processes.pass_time(20)
        await other.renew("1")
        processes.pass_time(20)
        found = await other.renew("10")
        assert (found.spent_usd, found.leased_usd) == (Decimal(6), Decimal(4))

    async def test_who_renews_in_time_keeps_its_part(self, processes: Processes) -> None:
        one, other = self.two(processes)
        for _ in range(4):
            await one.renew("6")
            processes.pass_time(20)
        assert (await other.renew("10")).spent_usd == 0

    async def test_what_cost_more_than_was_set_aside_counts(self, processes: Processes) -> None:
        one, other = self.two(processes)
        await one.renew("1")
        assert (await one.renew(spent="12")).spent_usd == 12
        assert (await other.renew("1")).leased_usd == 0

    async def test_each_threshold_is_reported_until_it_is_noted(self, processes: Processes) -> None:
        one, other = self.two(processes)
        leases = [await one.renew(spent="4.9"), await other.renew(spent="0.1"), await one.renew()]
        await one.note(50)
        leases += [await other.renew(), await one.renew(spent="5"), await other.renew(spent="1")]
        await other.note(80)
        leases += [await one.renew()]
        await one.note(100)
        await one.note(80)
        leases += [await other.renew()]
        reached = [(), (50,), (50,), (), (80, 100), (80, 100), (100,), ()]
        assert [lease.reached_percent for lease in leases] == reached
        raised = [await one.renew(budget="100"), await one.renew(budget="100", spent="39")]
        assert [lease.reached_percent for lease in raised] == [(), (50,)]

    async def test_budgets_and_periods_are_apart(self, processes: Processes) -> None:
        request = a_request()
        leases = processes.process()
        await Process(leases, request).renew(spent="10")
        for other in (
            replace(request, subject_id=uuid4()),
            replace(request, period_start=START.replace(month=12)),
            replace(request, period_start=None),
            replace(request, organization_id=uuid4()),
        ):
            assert (await Process(leases, other).renew()).spent_usd == 0

    @settings(
        max_examples=25,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.differing_executors,
        ],
    )
    @given(
        steps=st.lists(
            st.tuples(st.integers(0, 2), st.decimals(0, 4, places=2), st.decimals(0, 1, places=2)), max_size=12
        )
    )
    async def test_whatever_processes_ask_for_they_never_have_more(
        self, processes: Processes, steps: list[tuple[int, Decimal, Decimal]]
    ) -> None:
        request = a_request()
        made = [Process(processes.process(), request) for _ in range(3)]
        held = [Decimal(0)] * 3
        spent = Decimal(0)
        for place, wanted, share in steps:
            # A process spends of its part, and keeps the rest.
            cost = held[place] * share
            lease = await made[place].renew(str(wanted), spent=f"{cost:f}", committed=f"{(held[place] - cost) / 2:f}")
            spent += cost
            held[place] = lease.leased_usd
            assert lease.spent_usd == pytest.approx(spent)
            assert spent + sum(held) <= Decimal("10.0000001")
