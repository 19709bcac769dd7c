"""What organizations hold at a time: never more than their quota, given back whatever happens, none before its turn."""

import asyncio
from uuid import UUID, uuid4

import pytest

from application.bounds.shares import MOST_OF_ALL, Shares
from application.errors import RateLimited
from tests.fakes.quotas import shares_of_all

CALLS = "outboundConnections"


async def test_what_is_held_is_given_back_also_after_an_error() -> None:
    shares, organization_id = shares_of_all(followers=1), uuid4()
    with pytest.raises(ZeroDivisionError), shares.hold("followers", organization_id):
        raise ZeroDivisionError
    with shares.hold("followers", organization_id):
        with pytest.raises(RateLimited) as refused, shares.hold("followers", organization_id):
            pytest.fail("that is one too many")
        with shares.hold("followers", uuid4()), shares.hold("exports", organization_id):
            assert shares.held("followers", organization_id) == 1
    assert refused.value.message == (
        "Your organization has used up its quota of followers of the event feed: 1 at the same time. Try again in a "
        "second."
    )
    assert shares.held("followers", organization_id) == 0


async def test_no_quota_is_no_limit() -> None:
    shares, organization_id = shares_of_all(followers=0), uuid4()
    assert shares.has_room("followers", organization_id, 10**15)


async def working(shares: Shares, organization_id: UUID, done: list[int], number: int, end: asyncio.Event) -> None:
    await shares.take(CALLS, organization_id)
    try:
        done.append(number)
        await end.wait()
    finally:
        shares.add(CALLS, organization_id, -1)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_turns_come_in_the_order_of_asking() -> None:
    shares, organization_id = shares_of_all(outboundConnections=2), uuid4()
    done: list[int] = []
    ends = [asyncio.Event() for _ in range(5)]
    tasks = [
        asyncio.create_task(working(shares, organization_id, done, number, end)) for number, end in enumerate(ends)
    ]
    await settle()
    assert done == [0, 1]
    # Another organization waits for nobody.
    async with asyncio.timeout(5):
        await shares.take(CALLS, uuid4())
    ends[1].set()
    await settle()
    assert done == [0, 1, 2]
    for end in ends:
        end.set()
    await asyncio.gather(*tasks)
    assert done == [0, 1, 2, 3, 4]
    assert shares.held(CALLS, organization_id) == 0


async def test_who_gives_up_waiting_takes_no_turn() -> None:
    shares, organization_id = shares_of_all(outboundConnections=1), uuid4()
    done: list[int] = []
    ends = [asyncio.Event() for _ in range(4)]
    tasks = [
        asyncio.create_task(working(shares, organization_id, done, number, end)) for number, end in enumerate(ends)
    ]
    await settle()
    tasks[1].cancel()
    await settle()
    ends[0].set()
    await asyncio.sleep(0)
    # It was just told that it is its turn, and goes away all the same.
    tasks[2].cancel()
    for end in ends:
        end.set()
    await asyncio.wait(tasks, timeout=5)
    assert (tasks[3].done(), shares.held(CALLS, organization_id)) == (True, 0)
    assert done[0] == 0
    assert done[-1] == 3


async def test_where_all_together_hold_too_much_each_organization_gets_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MOST_OF_ALL, CALLS, (6, 2))
    shares, first, second = shares_of_all(outboundConnections=100), uuid4(), uuid4()
    for _ in range(6):
        await shares.take(CALLS, first)
    for _ in range(2):
        await shares.take(CALLS, second)
    waiting = [asyncio.create_task(shares.take(CALLS, each)) for each in (first, first, second)]
    await settle()
    assert not any(task.done() for task in waiting)
    # All hold 8 of 6: what the first one gives back is nobody's until there is room again.
    for _ in range(2):
        shares.add(CALLS, first, -1)
    await settle()
    assert not any(task.done() for task in waiting)
    # The second one has fewer than two now, and the first one waits for room.
    shares.add(CALLS, second, -1)
    await settle()
    assert waiting[2].done()
    for _ in range(3):
        shares.add(CALLS, first, -1)
        await settle()
    assert all(task.done() for task in waiting)


async def test_it_is_known_what_all_hold_and_how_many_wait() -> None:
    shares = shares_of_all(nameLookups=1)
    one, other = uuid4(), uuid4()
    await shares.take("nameLookups", one)
    await shares.take("nameLookups", other)
    waiting = asyncio.create_task(shares.take("nameLookups", one))
    await asyncio.sleep(0)
    assert (shares.held_by_all("nameLookups"), shares.waiting("nameLookups")) == (2, 1)
    shares.add("nameLookups", one, -1)
    await waiting
    assert (shares.held_by_all("nameLookups"), shares.waiting("nameLookups")) == (2, 0)
    assert (shares.held_by_all("outboundConnections"), shares.waiting("outboundConnections")) == (0, 0)
