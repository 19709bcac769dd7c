"""What the processes of one run of the tests share: most of it takes longer to make than to copy."""

import atexit
import fcntl
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO
from uuid import uuid4

from tests.scratch_folder import place_for_scratch

# The path of a socket in the folder may have 103 bytes at most on macOS.
_NAME_LENGTH = 10


@cache
def run_folder() -> Path:
    """Return the folder of this run, which is gone when the last of its processes ends."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)
    folder = place_for_scratch() / f"ml-{run[:_NAME_LENGTH]}"
    while (users := _entered(folder)) is None:
        pass
    atexit.register(_leave, folder, users)
    return folder


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder in that of the run; whoever wants it first has it made, and the others wait.

    Who is killed meanwhile leaves half of one, so each attempt has a name of its own; that of the one that is done is
    noted down.
    """
    folder = run_folder()
    done = folder / f"{name}.done"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            place = folder / f"{name}-{uuid4().hex[:4]}"
            make(place)
            noted = done.with_suffix(".noted")
            noted.write_text(place.name, encoding="utf-8")
            noted.replace(done)
    return folder / done.read_text(encoding="utf-8")


def _entered(folder: Path) -> IO[str] | None:
    """Return the file that its users have locked; none if the last of the others has just removed it."""
    file = folder / "users"
    try:
        folder.mkdir(exist_ok=True)
        users = file.open("w")
    except (FileExistsError, FileNotFoundError):
        return None
    fcntl.flock(users, fcntl.LOCK_SH)
    with suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(users.fileno()), file.stat()):
            return users
    users.close()
    return None


def _leave(folder: Path, users: IO[str]) -> None:
    with users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        # At once, so that nobody enters what is half removed.
        gone = folder.rename(f"{folder}-{uuid4().hex[:4]}")
        shutil.rmtree(gone, ignore_errors=True)
