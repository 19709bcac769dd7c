"""Memory that is not needed any more goes back to the system."""

import ctypes
import json
import subprocess
import sys
from typing import Final

_PIECES: Final = 1_000
_BYTES: Final = 100_000

# A process of its own: in that of the tests nobody knows what lies between the pieces.
_PROGRAM: Final = f"""
import asyncio, gc, json, psutil
from entrypoints import malloc_settings

def resident():
    return psutil.Process().memory_info().rss

async def main():
    gc.disable()
    pieces, kept = [], []
    for number in range({_PIECES}):
        pieces.append(bytes([number % 256]) * {_BYTES})
        kept.append(bytes([number % 256]) * 1_000)
        held = [bytes([number % 256]) * {_BYTES}]
        held.append(held)
    full = resident()
    pieces.clear()
    freed = resident()
    malloc_settings.TRIM_SECONDS = 0.01
    giving_back = asyncio.create_task(malloc_settings.give_back_free_pages())
    await asyncio.sleep(0.2)
    giving_back.cancel()
    print(json.dumps([full, freed, resident()]))

asyncio.run(main())
"""


def test_pieces_that_were_freed_between_others_go_back_and_what_only_refers_to_itself() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], check=True, capture_output=True, timeout=60)
    full, freed, given_back = json.loads(done.stdout)
    # Elsewhere it is enough that nothing fails: other libraries keep what is free as they like.
    if hasattr(ctypes.CDLL(None), "malloc_trim"):
        assert full - freed < _PIECES * _BYTES / 2, "what lies between them keeps it"
        assert full - given_back > 1.5 * _PIECES * _BYTES
