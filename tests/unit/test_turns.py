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
