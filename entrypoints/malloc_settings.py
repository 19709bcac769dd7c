"""Has large blocks of memory given back to the system as soon as they are not needed any more."""

import ctypes
from typing import Final

# From glibc's malloc.h.
_M_MMAP_THRESHOLD: Final = -3
_LARGE_BYTES: Final = 512 * 1024


def give_back_large_blocks() -> None:
    """Keep blocks from half a megabyte on out of the heaps, where glibc is the system's library; else do nothing.

    It begins like that, but moves the threshold up to 32 MiB when such a block is freed. Then the heap of each thread
    keeps what large bodies and answers have left there, which is hundreds of megabytes in the end.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
