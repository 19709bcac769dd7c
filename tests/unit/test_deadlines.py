"""Waiting in vain ends, and says for what."""

import asyncio
import subprocess
import sys
import traceback

import pytest

from tests.deadline import SECONDS, with_deadline
from tests.process_output import SaidNothing, read_until


async def _wait_in_vain() -> None:
    the_answer = asyncio.Event()
    await the_answer.wait()


async def test_a_test_that_waits_in_vain_ends_where_it_waits() -> None:
    with pytest.raises(TimeoutError) as ended:
        await with_deadline(_wait_in_vain, 0.01)()
    assert "await the_answer.wait()" in "".join(traceback.format_exception(ended.value))


async def test_this_test_has_a_deadline_itself(request: pytest.FixtureRequest) -> None:
    assert request.node.obj.__wrapped__ is not None
    assert SECONDS > 0


@pytest.mark.parametrize(
    ("code", "said"),
    [("print('{\\n}', flush=True); import time; time.sleep(60)", "{\n}\n"), ("print('half')", "half\n")],
)
def test_what_a_process_says_is_read_to_the_words_or_its_end(code: str, said: str) -> None:
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert read_until(process.stdout, "}\n", seconds=30, of="it") == said
        process.kill()


def test_a_process_that_says_nothing_is_named_with_what_it_has_said() -> None:
    with subprocess.Popen(["sh", "-c", "echo half; exec sleep 60"], stdout=subprocess.PIPE, text=True) as process:
        with pytest.raises(SaidNothing, match=r"The service has not said '}\\n' within 0.3 s, but: 'half\\n'"):
            read_until(process.stdout, "}\n", seconds=0.3, of="The service")
        process.kill()
