"""Whether there is room for more: counted seldom where there is much, and each time where there is little."""

from uuid import uuid4

import pytest

from application.bounds.stocks import COUNTED_EVERY, Stocks
from application.errors import QuotaReached, RateLimited
from tests.builders import acting
from tests.fakes.clock import FakeTimer
from tests.fakes.quotas import FakeStoredAmounts, quotas_of_all, stocks_of_all


async def test_no_more_are_made_than_there_may_be() -> None:
    stored = FakeStoredAmounts()
    stocks = stocks_of_all(stored, models=3)
    with acting(uuid4()):
        for _ in range(3):
            await stocks.check("models", 1)
            stored.amounts["models"] += 1
        with pytest.raises(QuotaReached, match="may have 3 registered models"):
            await stocks.check("models", 1)
        # Whoever makes room has it at once.
        stored.amounts["models"] = 2
        await stocks.check("models", 1)
        with pytest.raises(QuotaReached):
            await stocks.check("models", 2)


async def test_no_quota_is_no_limit_and_not_counted() -> None:
    stored = FakeStoredAmounts({"models": 10**9})
    with acting(uuid4()):
        await stocks_of_all(stored, models=0).check("models", 10**6)
    assert stored.counts == 0


async def test_where_there_is_much_room_it_is_counted_seldom() -> None:
    stored, timer = FakeStoredAmounts(), FakeTimer()
    stocks = Stocks(quotas_of_all(models=1_000), stored, timer)
    with acting(uuid4()):
        for _ in range(100):
            await stocks.check("models", 1)
        assert stored.counts == 1
        await stocks.check("models", 1)
        assert stored.counts == 2
        # What other processes have added is known after some seconds.
        stored.amounts["models"] = 1_000
        timer.time += COUNTED_EVERY
        with pytest.raises(QuotaReached):
            await stocks.check("models", 1)


async def test_organizations_are_counted_apart() -> None:
    stored = FakeStoredAmounts()
    stocks = stocks_of_all(stored, models=100)
    for _ in range(2):
        with acting(uuid4()):
            await stocks.check("models", 1)
    assert stored.counts == 2


async def test_who_has_no_room_for_answers_is_not_counted_for_each_time() -> None:
    stored, timer = FakeStoredAmounts(), FakeTimer()
    stored.amounts["keptAnswers"] = 5
    stocks = Stocks(quotas_of_all(keptAnswers=5), stored, timer)
    with acting(uuid4()):
        for _ in range(50):
            with pytest.raises(RateLimited, match="may have 5 answers kept"):
                await stocks.check_answers()
        assert stored.counts == 1
        stored.amounts["keptAnswers"] = 4
        timer.time += 2
        await stocks.check_answers()
