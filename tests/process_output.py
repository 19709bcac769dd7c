"""Reading what a process says, and no longer than one is willing to wait for it."""

import os
import select
import time
from typing import IO


class SaidNothing(AssertionError):
    """A process has not said what was waited for."""


def read_until(pipe: IO[str] | IO[bytes] | None, end: str, *, seconds: float, of: str) -> str:
    """Return what comes out of the pipe up to these words, which end a line; less if the process closes it before.

    Nothing else may read from the pipe before.

    Raises:
        SaidNothing: they have not come within so many seconds.
    """
    assert pipe is not None
    deadline, said = time.monotonic() + seconds, b""
    while not said.endswith(end.encode()):
        readable, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            raise SaidNothing(f"{of} has not said {end!r} within {seconds:g} s, but: {said.decode()!r}")
        # Byte by byte, because what comes after it is for others.
        piece = os.read(pipe.fileno(), 1)
        if not piece:
            break
        said += piece
    return said.decode()


def read_to_the_end(pipe: IO[str], *, seconds: float, of: str) -> str:
    """Return what comes out of the pipe until all who can write to it have closed it.

    Raises:
        SaidNothing: it is not closed within so many seconds.
    """
    deadline, said = time.monotonic() + seconds, b""
    while True:
        readable, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            raise SaidNothing(f"{of} has not ended within {seconds:g} s, but said: {said.decode()!r}")
        piece = os.read(pipe.fileno(), 65536)
        if not piece:
            return said.decode()
        said += piece
