"""What everybody who counts requests does."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from application.bounds.rate_limits import Quota, RateLimits

# The shortest window that no busy machine takes for a few requests.
A_QUOTA = Quota(name="tests", what="tests", requests=3, seconds=2)
ANOTHER_QUOTA = Quota(name="discovery", what="questions", requests=3, seconds=2)

PassTime = Callable[[float], Awaitable[None]]


async def taken(limits: RateLimits, organization_id: UUID, quota: Quota = A_QUOTA, times: int = 1) -> list[bool]:
    """Return which of so many requests in a row were granted."""
    return [(await limits.take(quota, organization_id)).is_granted for _ in range(times)]


class RateLimitsContract:
    """Inherited by the tests of each; `limits` counts, and `pass_time` lets seconds pass for it."""

    @pytest.fixture
    def organization(self) -> UUID:
        return uuid4()

    async def test_as_many_as_the_quota_are_granted(self, limits: RateLimits, organization: UUID) -> None:
        allowances = [await limits.take(A_QUOTA, organization) for _ in range(5)]
        assert [allowance.is_granted for allowance in allowances] == [True, True, True, False, False]
        assert [allowance.remaining for allowance in allowances] == [2, 1, 0, 0, 0]
        assert {allowance.quota for allowance in allowances} == {A_QUOTA}
        assert all(0 <= allowance.resets_after_seconds <= A_QUOTA.seconds for allowance in allowances)

    async def test_what_was_taken_is_there_again_in_time(self, limits: RateLimits, pass_time: PassTime) -> None:
        # Side by side, each for an organization of its own: most of it is waiting.
        async with asyncio.TaskGroup() as group:
            for case in (
                self._all_of_it_is_there_again_when_the_time_is_over,
                self._who_is_refused_does_not_wait_longer_for_asking,
                self._what_was_used_already_counts_however_much_it_is,
                self._a_bucket_is_filled_all_the_time,
            ):
                group.create_task(case(limits, uuid4(), pass_time))

    async def _all_of_it_is_there_again_when_the_time_is_over(
        self, limits: RateLimits, organization: UUID, pass_time: PassTime
    ) -> None:
        assert (await taken(limits, organization, times=4))[-1] is False
        refused = await limits.take(A_QUOTA, organization)
        await pass_time(refused.resets_after_seconds + 0.1)
        assert await taken(limits, organization, times=4) == [True, True, True, False]

    async def _who_is_refused_does_not_wait_longer_for_asking(
        self, limits: RateLimits, organization: UUID, pass_time: PassTime
    ) -> None:
        await taken(limits, organization, times=4)
        for _ in range(3):
            await pass_time(0.4)
            assert await taken(limits, organization) == [False]
        await pass_time(0.9)
        assert await taken(limits, organization) == [True]

    async def test_organizations_and_quotas_are_counted_apart(self, limits: RateLimits, organization: UUID) -> None:
        await taken(limits, organization, times=4)
        assert await taken(limits, uuid4(), times=3) == [True] * 3
        assert await taken(limits, organization, ANOTHER_QUOTA, times=4) == [True, True, True, False]

    async def test_of_many_at_once_no_more_are_granted(self, limits: RateLimits, organization: UUID) -> None:
        # Of a minute, which is not over before all have asked.
        quota = replace(A_QUOTA, seconds=60)
        found = await asyncio.gather(*(limits.take(quota, organization) for _ in range(20)))
        assert sum(allowance.is_granted for allowance in found) == quota.requests

    async def _what_was_used_already_counts_however_much_it_is(
        self, limits: RateLimits, organization: UUID, pass_time: PassTime
    ) -> None:
        assert (await limits.look(A_QUOTA, organization)).is_granted
        await limits.add(A_QUOTA, organization, 2)
        looked = await limits.look(A_QUOTA, organization)
        assert (looked.is_granted, looked.remaining) == (True, 1)
        await limits.add(A_QUOTA, organization, 5)
        looked = await limits.look(A_QUOTA, organization)
        assert (looked.is_granted, looked.remaining) == (False, 0)
        assert 0 <= looked.resets_after_seconds <= A_QUOTA.seconds
        await pass_time(looked.resets_after_seconds + 0.1)
        assert (await limits.look(A_QUOTA, organization)).remaining == A_QUOTA.requests

    async def test_no_more_work_at_once_than_may(self, limits: RateLimits, organization: UUID) -> None:
        tickets = [await limits.enter(organization, 2) for _ in range(3)]
        assert [ticket is not None for ticket in tickets] == [True, True, False]
        assert await limits.enter(uuid4(), 1) is not None
        assert await limits.at_work(organization) == 2
        await limits.leave(organization, tickets[0] or "")
        assert await limits.at_work(organization) == 1
        assert await limits.enter(organization, 2) is not None
        assert await limits.enter(organization, 2) is None

    async def test_of_many_that_begin_at_once_no_more_are_let_in(self, limits: RateLimits, organization: UUID) -> None:
        tickets = await asyncio.gather(*(limits.enter(organization, 3) for _ in range(20)))
        assert sum(ticket is not None for ticket in tickets) == 3

    async def _a_bucket_is_filled_all_the_time(
        self, limits: RateLimits, organization: UUID, pass_time: PassTime
    ) -> None:
        quota = Quota(name="bucket", what="requests", requests=4, seconds=2)
        turns = [await limits.take_turn(quota, organization, 0.0) for _ in range(6)]
        assert [turn.is_granted for turn in turns] == [True] * 4 + [False] * 2
        # A token comes every half a second, and asking in vain takes none.
        assert all(0 < turn.wait_seconds <= 0.5 for turn in turns[4:])
        assert await limits.turns_left(quota, organization) == 0
        await pass_time(turns[-1].wait_seconds + 0.1)
        assert await limits.turns_left(quota, organization) == 1
        again = [(await limits.take_turn(quota, organization, 0.0)).is_granted for _ in range(2)]
        assert again == [True, False]
        assert (await limits.take_turn(quota, uuid4(), 0.0)).is_granted

    async def test_a_turn_that_comes_soon_is_taken_in_advance(self, limits: RateLimits, organization: UUID) -> None:
        quota = Quota(name="bucket", what="requests", requests=2, seconds=60)
        turns = [await limits.take_turn(quota, organization, 45.0) for _ in range(4)]
        assert [turn.is_granted for turn in turns] == [True, True, True, False]
        assert turns[0].wait_seconds == turns[1].wait_seconds == 0
        assert 29 < turns[2].wait_seconds <= 30
        assert 59 < turns[3].wait_seconds <= 60
