"""Whether processes have ended that other processes started: whoever is to collect them may take seconds to."""

import time
from collections.abc import Sequence
from typing import Final

import psutil

_STEP_SECONDS: Final = 0.005


def has_ended(process: psutil.Process) -> bool:
    """Return whether nothing is left of it but its exit code."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for_the_end_of(processes: Sequence[psutil.Process], *, seconds: float = 60.0) -> None:
    """Return as soon as all have ended."""
    deadline = time.monotonic() + seconds
    while not all(has_ended(process) for process in processes):
        assert time.monotonic() < deadline, f"still running after {seconds:g} s: {processes}"
        time.sleep(_STEP_SECONDS)
