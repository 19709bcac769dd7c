"""Connections on which much comes in take turns."""

from __future__ import annotations

import asyncio
from functools import partial

from entrypoints.http.reading_turns import AT_ONCE, ReadingTurns


async def test_few_read_at_a_time_and_each_in_its_turn() -> None:
    loop = asyncio.get_running_loop()
    turns, read, moments = ReadingTurns(loop), asyncio.Queue[int](), list[float]()

    def read_on(number: int) -> None:
        read.put_nowait(number)
        moments.append(loop.time())
        if number < 100:
            # There is more to be read of it, which has to wait for all the others.
            turns.wait(partial(read_on, number + 100))

    for number in range(10):
        turns.wait(partial(read_on, number))
    found = [await read.get() for _ in range(20)]
    assert found == [*range(10), *range(100, 110)]
    assert max(moments.count(moment) for moment in moments) <= AT_ONCE


async def test_those_who_come_after_a_pause_are_let_in_as_well() -> None:
    turns, read = ReadingTurns(asyncio.get_running_loop()), asyncio.Event()
    for _ in range(2):
        turns.wait(read.set)
        await read.wait()
        read.clear()


async def test_of_many_who_come_at_once_the_first_begin_at_once_and_the_others_in_their_order() -> None:
    loop = asyncio.get_running_loop()
    turns, begun, moments = ReadingTurns(loop), list[int](), list[float]()
    all_begun = asyncio.Event()

    def begin(number: int) -> None:
        begun.append(number)
        moments.append(loop.time())
        if number == 19:
            all_begun.set()

    for number in range(20):
        turns.begin(partial(begin, number))
    assert begun == list(range(AT_ONCE))
    await all_begun.wait()
    assert begun == list(range(20))
    assert max(moments[AT_ONCE:].count(moment) for moment in moments[AT_ONCE:]) <= AT_ONCE


async def test_what_one_raises_stops_none_of_the_others() -> None:
    loop = asyncio.get_running_loop()
    turns, begun, errors = ReadingTurns(loop), list[int](), list[object]()
    loop.set_exception_handler(lambda _, context: errors.append(context["exception"]))
    all_begun = asyncio.Event()

    def begin(number: int) -> None:
        begun.append(number)
        if number == 19:
            all_begun.set()
        if number in {AT_ONCE, 10}:
            raise LookupError(number)

    for number in range(20):
        turns.begin(partial(begin, number))
    async with asyncio.timeout(5):
        await all_begun.wait()
    assert begun == list(range(20))
    assert [str(error) for error in errors] == [str(AT_ONCE), "10"]
