"""What a request took is given back when it ends."""

import asyncio
from uuid import uuid4

import pytest

from application.request_cleanup import (
    at_request_end,
    has_turn_until_request_end,
    one_request,
    turn_until_request_end,
)
from application.turns import Turns


def test_it_is_given_back_at_the_end_whatever_happens() -> None:
    given_back: list[str] = []

    def fail() -> None:
        with one_request():
            at_request_end(lambda: given_back.append("first"))
            at_request_end(lambda: given_back.append("second"))
            assert given_back == []
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert given_back == ["first", "second"]


def test_without_a_request_it_is_given_back_at_once() -> None:
    given_back: list[str] = []
    at_request_end(lambda: given_back.append("only"))
    assert given_back == ["only"]


async def test_a_task_that_outlives_its_request_gives_back_at_once() -> None:
    given_back: list[str] = []
    ended = asyncio.Event()

    async def outlive() -> None:
        await ended.wait()
        at_request_end(lambda: given_back.append("late"))

    with one_request():
        task = asyncio.create_task(outlive())
    ended.set()
    await task
    assert given_back == ["late"]


async def test_a_turn_is_kept_until_the_end_and_as_long_as_the_next_is_to_rest() -> None:
    turns, organization_id = Turns(), uuid4()

    async def one(rest: float) -> None:
        with one_request():
            assert not has_turn_until_request_end()
            await turn_until_request_end(turns, organization_id, lambda: rest)
            await turn_until_request_end(turns, organization_id, lambda: rest)
            assert has_turn_until_request_end()

    await one(0.0)
    assert not turns.of(organization_id).locked()
    await one(0.01)
    assert turns.of(organization_id).locked()
    await one(0.0)
    assert not turns.of(organization_id).locked()
