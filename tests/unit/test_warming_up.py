"""What a serving process loads beside its first requests, and why it does not hold up the later ones."""

import gc
import threading
from collections.abc import Iterator

import pytest

from entrypoints.server_process import warmed_up


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.unfreeze()
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


async def test_what_was_loaded_is_not_looked_through_for_cycles_again() -> None:
    loaded: list[list[int]] = []
    await warmed_up(lambda: loaded.append([1]))
    assert gc.get_freeze_count() > 0
    assert not any(each is loaded for each in gc.get_objects()), "the collector still looks at it"


async def test_the_loop_continues_while_something_is_loaded() -> None:
    threads: list[threading.Thread] = []
    await warmed_up(lambda: threads.append(threading.current_thread()))
    assert threads != [threading.current_thread()]
