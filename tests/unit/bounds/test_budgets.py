"""Budgets: never passed by more than the calls under way, and requested as rarely as possible."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.bounds.budgets import Budgets
from application.bounds.call_estimates import CallEstimate
from application.bounds.caller_bounds import CallerBounds
from application.errors import BudgetExceeded, CostUnknown, RateLimited, Unavailable
from application.usage.usage_ledger import ModelCall
from domain.access_key.values import NO_LIMITS
from domain.budget import Budget
from tests.builders import acting
from tests.fakes.budget_leases import FakeBudgetLeases, FakeSpending
from tests.fakes.clock import FakeClock, FakeTimer

ORGANIZATION, MODEL = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def a_use(cost: str | None, *, was_called: bool = True) -> ModelCall:
    return ModelCall(
        model_id=MODEL,
        provider_id=uuid4(),
        provider_type="openai",
        provider_model_id="m",
        outcome="ok",
        latency_ms=1.0,
        cost_usd=None if cost is None else Decimal(cost),
        was_called=was_called,
    )


class Process:
    """A process that makes calls."""

    def __init__(self, spending: FakeSpending) -> None:
        self.leases = FakeBudgetLeases(spending)
        self.timer = FakeTimer()
        self.clock = FakeClock(NOON)
        self.thresholds: list[tuple[str, int]] = []
        self.is_away = False
        self.tries = 0
        self.budgets = Budgets(self.leases, timer=self.timer, clock=self.clock, note_threshold=self._tell)

    async def _tell(
        self, organization_id: UUID, kind: str, subject_id: UUID, percent: int, since: datetime | None
    ) -> None:
        assert (organization_id, since) == (ORGANIZATION, NOON.replace(hour=0))
        assert isinstance(subject_id, UUID)
        self.tries += 1
        if self.is_away:
            raise Unavailable
        self.thresholds.append((kind, percent))

    async def call(
        self,
        key: CallerBounds,
        cost: str | None = "0.1",
        *,
        estimate: str | None = "1",
        until: asyncio.Event | None = None,
        was_called: bool = True,
    ) -> None:
        by_model = {MODEL: None if estimate is None else Decimal(estimate)}
        use = a_use(cost, was_called=was_called)
        async with self.budgets.within([key], CallEstimate(by_model), lambda: [use]):
            if until is not None:
                await until.wait()


@pytest.fixture(autouse=True)
def caller() -> Iterator[None]:
    with acting(ORGANIZATION):
        yield


@pytest.fixture
def spending() -> FakeSpending:
    return FakeSpending()


@pytest.fixture
def process(spending: FakeSpending) -> Process:
    return Process(spending)


def a_key(usd: str = "10", period: str = "day") -> CallerBounds:
    budget = Budget(Decimal(usd), period)  # type: ignore[arg-type]
    return CallerBounds(kind="access-key", subject_id=uuid4(), limits=NO_LIMITS, budget=budget)


async def others_have_run() -> None:
    """Let tasks continue until they wait for something."""
    for _ in range(10):
        await asyncio.sleep(0)


def spent(spending: FakeSpending) -> Decimal:
    return sum(spending.spent.values(), Decimal(0))


async def test_most_calls_ask_nobody(process: Process, spending: FakeSpending) -> None:
    key = a_key("100")
    for _ in range(50):
        await process.call(key)
    assert process.leases.questions == 1
    await process.budgets.flush()
    assert spent(spending) == 5


async def test_a_spent_budget_is_refused_until_the_next_period(process: Process) -> None:
    key = a_key("10")
    for _ in range(10):
        await process.call(key, "1")
    with pytest.raises(BudgetExceeded) as refused:
        await process.call(key)
    assert refused.value.resets_at == NOON.replace(hour=0) + timedelta(days=1)
    assert refused.value.retry_after_seconds == 12 * 3600
    questions = process.leases.questions
    for _ in range(50):
        with pytest.raises(BudgetExceeded):
            await process.call(key)
    assert process.leases.questions == questions
    process.clock.time += timedelta(hours=12)
    await process.call(key)


async def test_the_last_of_a_budget_can_be_spent(process: Process) -> None:
    """Though what a call may cost at most is more than there is left."""
    key = a_key("0.5")
    for _ in range(5):
        await process.call(key, "0.1", estimate="3")
    with pytest.raises(BudgetExceeded):
        await process.call(key, estimate="3")


async def test_what_is_set_aside_is_not_spent(process: Process) -> None:
    key, over = a_key("2"), asyncio.Event()
    calls = [asyncio.create_task(process.call(key, "0.1", until=over)) for _ in range(2)]
    await others_have_run()
    with pytest.raises(RateLimited) as refused:
        await process.call(key)
    assert refused.value.retry_after_seconds == 1
    over.set()
    await asyncio.gather(*calls)
    await process.call(key)


async def test_a_call_that_is_broken_off_counts_as_what_it_may_have_cost(
    process: Process, spending: FakeSpending
) -> None:
    key = a_key()
    working = asyncio.create_task(process.call(key, None, estimate="3", until=asyncio.Event()))
    await others_have_run()
    working.cancel()
    await asyncio.wait({working})
    await process.budgets.flush()
    assert spent(spending) == 3
    await process.call(key, None, was_called=False)
    await process.budgets.flush()
    assert spent(spending) == 3


async def test_a_call_of_unknown_price_is_refused(process: Process) -> None:
    with pytest.raises(CostUnknown):
        await process.call(a_key(), estimate=None)


async def test_what_was_spent_is_reported_when_the_database_is_back(process: Process, spending: FakeSpending) -> None:
    key = a_key()
    await process.call(key)
    spending.is_away = True
    await process.budgets.flush()
    await process.call(key)
    with pytest.raises(Unavailable):
        await process.call(a_key())
    spending.is_away = False
    await process.budgets.flush()
    assert spent(spending) == Decimal("0.2")


async def test_parts_are_given_back_when_they_are_not_needed(process: Process, spending: FakeSpending) -> None:
    await process.call(a_key("10"))
    await process.budgets.flush()
    assert [len(parts) for parts in spending.parts.values()] == [1]
    process.timer.time += 10
    await process.budgets.flush()
    assert [len(parts) for parts in spending.parts.values()] == [0]
    questions = process.leases.questions
    await process.budgets.flush()
    assert process.leases.questions == questions
    await process.call(a_key("10"))
    await process.budgets.close()
    assert {len(parts) for parts in spending.parts.values()} == {0}
    assert spent(spending) == Decimal("0.2")


async def test_another_budget_holds_at_once(process: Process) -> None:
    key = a_key("100")
    await process.call(key, "5")
    smaller = CallerBounds(kind=key.kind, subject_id=key.subject_id, limits=NO_LIMITS, budget=Budget(Decimal(4), "day"))
    with pytest.raises(BudgetExceeded):
        await process.call(smaller)
    await process.call(key)


async def test_thresholds_are_reported_once(process: Process) -> None:
    key = a_key("10")
    for cost in ("4", "2", "1", "5", "1"):
        with_room = CallerBounds(kind=key.kind, subject_id=key.subject_id, limits=NO_LIMITS, budget=key.budget)
        with suppress(BudgetExceeded):
            await process.call(with_room, cost)
        await process.budgets.flush()
    await process.budgets.close()
    assert process.thresholds == [("access-key", 50), ("access-key", 80), ("access-key", 100)]


async def test_a_threshold_that_could_not_be_reported_is_reported_later(process: Process) -> None:
    process.is_away = True
    await process.call(a_key("10"), "6")
    for _ in range(3):
        await process.budgets.flush()
        await others_have_run()
    assert (process.tries, process.thresholds) == (3, [])
    process.is_away = False
    await process.budgets.flush()
    await process.budgets.close()
    assert process.thresholds == [("access-key", 50)]


@given(
    costs=st.lists(st.decimals("0.01", "0.4", places=2), min_size=1, max_size=60),
    places=st.lists(st.integers(0, 2), min_size=60, max_size=60),
)
async def test_processes_together_pass_a_budget_by_no_more_than_the_calls_under_way(
    costs: list[Decimal], places: list[int]
) -> None:
    with acting(ORGANIZATION):
        spending = FakeSpending()
        processes = [Process(spending) for _ in range(3)]
        key = a_key("3")
        made: list[Decimal] = []

        async def ask(place: int, cost: Decimal) -> None:
            try:
                await processes[place].call(key, str(cost), estimate="0.2")
            except (BudgetExceeded, RateLimited):
                return
            made.append(cost)

        await asyncio.gather(*[ask(place, cost) for place, cost in zip(places, costs, strict=False)])
        for process in processes:
            await process.budgets.close()
        assert spent(spending) == sum(made)
        # No call costs more than 0.2 over what was set aside for it.
        assert sum(made) <= Decimal(3) + Decimal("0.2") * len([cost for cost in made if cost > Decimal("0.2")])


async def test_what_costs_nothing_is_let_through_as_long_as_there_is_a_budget(process: Process) -> None:
    key = a_key("1")
    for _ in range(3):
        await process.call(key, "0", estimate="0")
    await process.call(key, "1")
    with pytest.raises(BudgetExceeded):
        await process.call(key, "0", estimate="0")


async def test_a_call_that_comes_while_a_part_is_given_back_counts(process: Process, spending: FakeSpending) -> None:
    key = a_key("10")
    await process.call(key, "1")
    await process.budgets.flush()
    process.timer.time += 10
    process.leases.answering.clear()
    flushing = asyncio.create_task(process.budgets.flush())
    await others_have_run()
    calling = asyncio.create_task(process.call(key, "2", estimate="9"))
    await others_have_run()
    process.leases.answering.set()
    await asyncio.gather(flushing, calling)
    await process.budgets.flush()
    assert spent(spending) == 3


async def test_who_leaves_while_a_part_is_requested_has_nothing_counted_twice(
    process: Process, spending: FakeSpending
) -> None:
    key = a_key("10")
    await process.call(key, "1")
    for _ in range(3):
        process.leases.answering.clear()
        calling = asyncio.create_task(process.call(key, "2", estimate="20"))
        await others_have_run()
        calling.cancel()
        await others_have_run()
        process.leases.answering.set()
        await asyncio.wait({calling})
        assert calling.cancelled()
        process.timer.time += 1
    await process.budgets.close()
    assert spent(spending) == 1
