"""Where tests keep what they throw away."""

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - only looked at; the folder in it is made by mkdtemp
_PLENTY_BYTES = 4 * 2**30


def scratch_folder() -> Path:
    """Make a folder, in memory where there is plenty of it: a database is made there in an eighth of the time.

    Not below pytest's own folder, which only its owner may enter: root's Postgres runs as another user. Its name is
    short, because the path of a socket may have 107 bytes at most (103 on macOS).
    """
    return Path(tempfile.mkdtemp(prefix="ml-", dir=place_for_scratch()))


def place_for_scratch() -> Path:
    """Return where such folders are made."""
    has_room = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _PLENTY_BYTES
    return _MEMORY if has_room else Path(tempfile.gettempdir())
