"""Waiting for the end of processes that this one has not started itself."""

import time
from collections.abc import Iterable

import psutil

_STEP_SECONDS = 0.01


def has_ended(process: psutil.Process) -> bool:
    """Whether it runs no more, even if it is still listed until its parent asks how it ended.

    The first process of some containers, which inherits what has lost its parent, asks once a second.
    """
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for_ends(processes: Iterable[psutil.Process], seconds: float = 60.0) -> None:
    """Return when all of them have ended.

    Raises:
        TimeoutError: one has not within the time.
    """
    deadline = time.monotonic() + seconds
    for process in processes:
        while not has_ended(process):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{process} has not ended")
            time.sleep(_STEP_SECONDS)
