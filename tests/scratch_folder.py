"""Where tests keep what they throw away."""

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - only looked at; the folder in it is made by mkdtemp
_PLENTY_BYTES = 4 * 2**30
# Taken before the tests set TMPDIR to a place in memory.
_ELSEWHERE = Path(tempfile.gettempdir())


def scratch_folder() -> Path:
    """Make a folder, in memory where there is plenty of it: a database is made there in an eighth of the time.

    Not below pytest's own folder, which only its owner may enter: root's Postgres runs as another user. Its name is
    short, because the path of a socket may have 107 bytes at most (103 on macOS).
    """
    return Path(tempfile.mkdtemp(prefix="ml-", dir=place_for_scratch()))


def place_for_scratch() -> Path:
    """Return where such folders are made."""
    return _MEMORY if _has_room_in_memory() else _ELSEWHERE


def _has_room_in_memory() -> bool:
    if not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)):
        return False
    # Programs are executed there: those of environments that tests make.
    is_executable = not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
    return is_executable and shutil.disk_usage(_MEMORY).free >= _PLENTY_BYTES
