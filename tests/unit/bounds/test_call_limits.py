import asyncio
from uuid import uuid4

import pytest

from application.bounds.call_limits import CallLimits
from application.bounds.caller_bounds import CallerBounds
from application.errors import RateLimited
from domain.access_key.values import Limits
from tests.fakes.rate_limits import FakeRateLimits


def bounds(**limits: int) -> CallerBounds:
    return CallerBounds(kind="access-key", subject_id=uuid4(), limits=Limits(**limits))


@pytest.fixture
def counts() -> FakeRateLimits:
    return FakeRateLimits()


async def call(counts: FakeRateLimits, *held: CallerBounds, tokens: int = 0) -> None:
    async with CallLimits(counts).within(held, lambda: tokens):
        await asyncio.sleep(0)


async def test_requests_are_counted_by_the_minute(counts: FakeRateLimits) -> None:
    key = bounds(requests_per_minute=2)
    await call(counts, key)
    await call(counts, key)
    counts.pass_time(50)
    with pytest.raises(RateLimited) as refused:
        await call(counts, key)
    assert (refused.value.quota.name, refused.value.retry_after_seconds) == ("access-key-requests", 10)
    counts.pass_time(10)
    await call(counts, key)


async def test_tokens_count_after_the_call(counts: FakeRateLimits) -> None:
    key = bounds(tokens_per_minute=100)
    await call(counts, key, tokens=99)
    await call(counts, key, tokens=1_000)
    with pytest.raises(RateLimited) as refused:
        await call(counts, key)
    assert refused.value.quota.name == "access-key-tokens"
    counts.pass_time(60)
    await call(counts, key)


async def test_who_works_is_counted_until_the_end_whatever_it_is(counts: FakeRateLimits) -> None:
    key = bounds(concurrent=1)
    limits = CallLimits(counts)
    async with limits.within([key], lambda: 0):
        with pytest.raises(RateLimited, match="prompts: 1 at the same time"):
            await call(counts, key)
    with pytest.raises(ZeroDivisionError):
        async with limits.within([key], lambda: 0):
            raise ZeroDivisionError
    working = asyncio.create_task(_wait(limits, key))
    await asyncio.sleep(0)
    working.cancel()
    await asyncio.wait({working})
    assert await counts.at_work(key.subject_id) == 0
    await call(counts, key)


async def _wait(limits: CallLimits, key: CallerBounds) -> None:
    async with limits.within([key], lambda: 0):
        await asyncio.sleep(3600)


async def test_what_one_limit_refuses_is_not_counted_by_the_others(counts: FakeRateLimits) -> None:
    key, organization = bounds(concurrent=5, requests_per_minute=5), bounds(concurrent=1, requests_per_minute=1)
    await call(counts, key, organization)
    for _ in range(3):
        with pytest.raises(RateLimited):
            await call(counts, key, organization)
    assert await counts.at_work(key.subject_id) == await counts.at_work(organization.subject_id) == 0
    limits = CallLimits(counts)
    async with limits.within([organization_with_room := bounds(concurrent=1)], lambda: 0):
        with pytest.raises(RateLimited):
            await call(counts, key, organization_with_room)
    assert await counts.at_work(key.subject_id) == 0
