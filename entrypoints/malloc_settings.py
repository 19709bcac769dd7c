"""Has memory given back to the system as soon as it is not needed any more, where glibc is the system's library."""

import asyncio
import ctypes
import gc
from typing import Final

import psutil

# From glibc's malloc.h.
_M_MMAP_THRESHOLD: Final = -3
_LARGE_BYTES: Final = 512 * 1024

_GROWTH_BYTES: Final = 32 * 1024 * 1024

TRIM_SECONDS: Final = 1.0
"""To look takes 0.3 ms, in a thread, and where there is much to give back some 10 ms."""


def give_back_large_blocks() -> None:
    """Keep blocks from half a megabyte on out of the heaps.

    glibc begins like that, but moves the threshold up to 32 MiB when such a block is freed. Then the heap of each
    thread keeps what large bodies and answers have left there, which is hundreds of megabytes in the end.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


async def give_back_free_pages() -> None:
    """Once a second give back the pages of the heaps on which nothing is left, until this is cancelled.

    Large bodies come in pieces of some 100 kB. What is kept in between, small as it is, would keep all of their memory.
    Where the process has grown, the collector of cycles comes first: an error knows where it was raised, and with that
    what was under way there. To the collector these are a few objects, which it would leave for minutes. It finds them
    while they are new; where much is kept with an error, the frame that keeps it lets go of it (`run_in_thread.py`).
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    process, expected = psutil.Process(), 0
    while True:
        await asyncio.sleep(TRIM_SECONDS)
        has_grown = process.memory_info().rss > expected
        if has_grown:
            gc.collect(1)
        if trim is not None:
            await asyncio.get_running_loop().run_in_executor(None, trim, 0)
        rest = process.memory_info().rss + _GROWTH_BYTES
        expected = rest if has_grown else min(expected, rest)
