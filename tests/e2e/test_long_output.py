"""A long result arrives whole, however slowly it is read and whether or not Python buffers what it prints."""

import json
import os
import select
import subprocess
import sys

import pytest

PATIENCE_SECONDS = 60.0
ROWS = 5_000
# uvloop is what interrupts writes, once it has run.
PROGRAM = f"""
import asyncio, sys
import uvloop
from entrypoints.cli.output import print_json
from entrypoints.cli.main import buffer_output
buffer_output()
uvloop.run(asyncio.sleep(0))
print_json({{"data": ["a row of some length, of which there are many"] * {ROWS}}})
sys.stdout.buffer.write(b"x" * 1_000_000)
"""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_long_result_is_not_cut_off(unbuffered: str) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        # Nobody reads when it begins to print, so that the pipe is full before the rest can be written.
        assert select.select([process.stdout], [], [], PATIENCE_SECONDS)[0]
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.2)
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    document, rest = output[:-1_000_000], output[-1_000_000:]
    assert len(json.loads(document)["data"]) == ROWS
    assert rest == b"x" * 1_000_000
    assert process.returncode == 0
