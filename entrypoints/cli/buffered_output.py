"""Buffers standard output and standard error."""

from __future__ import annotations

import io
import sys


def buffer_output() -> None:
    """Give standard output and standard error a buffer even if PYTHONUNBUFFERED turns it off.

    A raw stream takes what a pipe has room for, once, and drops the rest of a long text when something interrupts it,
    as io_uring under uvloop does. Lines are still passed on at once.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(getattr(stream, "buffer", None), io.RawIOBase):
            encoding, errors_ = stream.encoding, stream.errors
            buffered = io.BufferedWriter(stream.detach())
            setattr(sys, name, io.TextIOWrapper(buffered, encoding, errors_, line_buffering=True))
