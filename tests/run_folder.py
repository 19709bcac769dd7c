"""What the processes of one run of the tests share: most of it takes longer to make than to copy."""

import atexit
import fcntl
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO
from uuid import uuid4

from tests.scratch_folder import place_for_scratch


@cache
def run_folder() -> Path:
    """Return the folder of this run, which is gone when the last of its processes ends."""
    folder = place_for_scratch() / f"ml-{os.environ.get('PYTEST_XDIST_TESTRUNUID', uuid4().hex)}"
    folder.mkdir(exist_ok=True)
    users = (folder / "users").open("w")
    fcntl.flock(users, fcntl.LOCK_SH)
    atexit.register(_leave, folder, users)
    return folder


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder in that of the run; whoever wants it first has it made, and the others wait."""
    place = run_folder() / name
    done = place.with_suffix(".done")
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(place)
            done.touch()
    return place


def _leave(folder: Path, users: IO[str]) -> None:
    with users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        shutil.rmtree(folder, ignore_errors=True)
