"""Organizations take turns."""

import asyncio
import gc
from uuid import uuid4

import pytest

from application.turns import Turns


async def test_what_was_done_within_a_second_is_added_up_though_nobody_has_had_a_turn_meanwhile() -> None:
    turns, organization_id = Turns(), uuid4()
    assert turns.of(organization_id).worked(0.03, 100.0) == pytest.approx(0.03)
    gc.collect(1)
    await asyncio.sleep(0)
    assert turns.of(organization_id).worked(0.03, 100.5) == pytest.approx(0.06)
    assert turns.of(organization_id).worked(0.03, 101.5) == pytest.approx(0.03)
    assert turns.of(uuid4()).worked(0.03, 101.5) == pytest.approx(0.03)


async def test_a_rest_leaves_those_in_line_most_of_their_patience() -> None:
    turn = Turns(1, patience_seconds=8.0).of(uuid4())
    assert turn.bearable(1.0) == 1.0
    await turn.acquire()
    waiting = [asyncio.create_task(turn.acquire()) for _ in range(99)]
    await asyncio.sleep(0)
    assert turn.bearable(1.0) == pytest.approx(0.02)
    assert turn.bearable(0.01) == pytest.approx(0.01)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert turn.bearable(1.0) == 1.0
    assert Turns().of(None).bearable(100.0) == 100.0
