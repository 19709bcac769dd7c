"""Connections on which much comes in take turns."""

import asyncio
from functools import partial
from uuid import UUID, uuid4

from entrypoints.http.reading_turns import AT_ONCE, PARSED_AT_ONCE, ParsingTurns, ReadingTurns


async def test_few_read_at_a_time_and_each_in_its_turn() -> None:
    loop = asyncio.get_running_loop()
    turns, read, moments = ReadingTurns(loop), asyncio.Queue[int](), list[float]()

    def read_on(number: int) -> None:
        read.put_nowait(number)
        moments.append(loop.time())
        if number < 100:
            # There is more to be read of it, which has to wait for all the others.
            turns.wait(None, partial(read_on, number + 100))

    for number in range(10):
        turns.wait(None, partial(read_on, number))
    found = [await read.get() for _ in range(20)]
    assert found == [*range(10), *range(100, 110)]
    assert max(moments.count(moment) for moment in moments) <= AT_ONCE


async def test_as_many_read_at_a_time_as_may_at_the_moment() -> None:
    loop, at_once, read = asyncio.get_running_loop(), 1, asyncio.Queue[float]()
    turns = ReadingTurns(loop, lambda: at_once)
    for _ in range(10):
        turns.begin(None, lambda: read.put_nowait(loop.time()))
    assert read.qsize() == 1
    slowly = [await read.get() for _ in range(5)]
    assert len(set(slowly)) == 5
    at_once = 5
    await read.get()
    assert read.qsize() == 4


async def test_who_reads_on_one_connection_does_not_wait_for_the_many_of_another_organization() -> None:
    turns, mine, other = ReadingTurns(asyncio.get_running_loop()), uuid4(), uuid4()
    read, done = list[UUID](), asyncio.Event()

    def read_on() -> None:
        read.append(mine)
        if read.count(mine) < 5:
            turns.wait(mine, read_on)
        else:
            done.set()

    for _ in range(1_000):
        turns.wait(other, partial(read.append, other))
    turns.wait(mine, read_on)
    async with asyncio.timeout(5):
        await done.wait()
    assert read.count(other) <= 5 * AT_ONCE


async def test_who_comes_from_another_address_does_not_wait_for_a_thousand_of_one() -> None:
    turns, begun, let_in = ReadingTurns(asyncio.get_running_loop(), lambda: 1), list[str](), asyncio.Event()
    for _ in range(1_000):
        turns.begin("192.0.2.1", partial(begun.append, "many"))
    turns.begin("192.0.2.2", let_in.set)
    async with asyncio.timeout(5):
        await let_in.wait()
    assert len(begun) <= 3


async def test_those_who_come_after_a_pause_are_let_in_as_well() -> None:
    turns, read = ReadingTurns(asyncio.get_running_loop()), asyncio.Event()
    for _ in range(2):
        turns.wait(None, read.set)
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
        turns.begin(None, partial(begin, number))
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
        turns.begin(None, partial(begin, number))
    async with asyncio.timeout(5):
        await all_begun.wait()
    assert begun == list(range(20))
    assert [str(error) for error in errors] == [str(AT_ONCE), "10"]


async def test_of_many_that_come_at_once_few_are_parsed_in_a_turn_of_the_loop_and_another_organizations_soon() -> None:
    turns, mine, other = ParsingTurns(asyncio.get_running_loop()), uuid4(), uuid4()
    parsed: list[str] = []
    for _ in range(10 * PARSED_AT_ONCE):
        if turns.begin():
            parsed.append("mine")
        else:
            turns.wait(mine, partial(parsed.append, "mine"))
    assert not turns.begin()
    turns.wait(other, partial(parsed.append, "other"))
    assert len(parsed) == PARSED_AT_ONCE
    await asyncio.sleep(0)
    assert len(parsed) == 2 * PARSED_AT_ONCE
    assert "other" in parsed
    while len(parsed) <= 10 * PARSED_AT_ONCE:
        before = len(parsed)
        await asyncio.sleep(0)
        assert 0 < len(parsed) - before <= PARSED_AT_ONCE
    await asyncio.sleep(0)
    assert turns.begin()


async def test_what_fails_to_be_parsed_keeps_nobody_from_having_a_turn() -> None:
    def fail() -> None:
        raise LookupError

    loop = asyncio.get_running_loop()
    turns, parsed, errors = ParsingTurns(loop), list[int](), list[object]()
    loop.set_exception_handler(lambda _, context: errors.append(context["exception"]))
    turns.wait(None, fail)
    turns.wait(None, partial(parsed.append, 1))
    for _ in range(3):
        await asyncio.sleep(0)
    assert parsed == [1]
    assert [type(error) for error in errors] == [LookupError]
