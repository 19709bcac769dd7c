"""Files that are written through no link: root writes here, where another user owns the folder."""

import errno
import os
from pathlib import Path
from typing import IO, Any

from application.errors import Unavailable


def refuse_link(path: Path) -> None:
    """Do nothing unless there is a link.

    Raises:
        Unavailable: one does.
    """
    if path.is_symlink():
        raise _refused(path)


def open_unlinked(path: Path, flags: int, mode: str) -> IO[Any]:
    """Return the file, made if there is none, opened to be read and written with these flags.

    Raises:
        Unavailable: there is a link.
    """
    return os.fdopen(_opened(path, os.O_RDWR | os.O_CREAT | flags), mode)


def write_unlinked(path: Path, text: str) -> None:
    """Write the text over what the file held; errors as for `open_unlinked`."""
    with os.fdopen(_opened(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "w", encoding="utf-8") as file:
        file.write(text)


def read_unlinked(path: Path) -> str:
    """Return what the file holds; errors as for `open_unlinked`."""
    with os.fdopen(_opened(path, os.O_RDONLY), encoding="utf-8") as file:
        return file.read()


def _opened(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EMLINK}:
            raise _refused(path) from None
        raise


def _refused(path: Path) -> Unavailable:
    return Unavailable(f"{path} is a link, and nothing is written through links: put the file or folder itself there.")
