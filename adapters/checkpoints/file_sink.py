"""A file that checkpoints are appended to."""

from __future__ import annotations

import asyncio
import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from application.ports.checkpoints import SinkUnusable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

FILE_NAME: Final = "checkpoints.ndjson"
_TAIL: Final = 10
_BLOCK: Final = 1 << 20
_WAIT_SECONDS: Final = 0.02


class FileSink:
    """Fulfils `application.ports.checkpoints.CheckpointSink` with a file (mode 600), or with one in a folder.

    Whoever may write the file may also cut it off: keep it on storage that only takes appends, or copy it away.
    """

    def __init__(self, path: Path) -> None:
        self.path = path / FILE_NAME if path.is_dir() or not path.suffix else path

    async def extend(self, following: Callable[[Sequence[bytes]], Awaitable[bytes | None]]) -> bytes | None:
        with self._usable():
            descriptor = await asyncio.to_thread(self._opened)
        try:
            with self._usable():
                await _locked(descriptor)
                newest = await asyncio.to_thread(_newest_lines, descriptor)
            line = await following(newest)
            if line is not None:
                with self._usable():
                    await asyncio.to_thread(_append, descriptor, line)
            return line
        finally:
            os.close(descriptor)

    async def lines(self) -> AsyncIterator[bytes]:
        with self._usable():
            try:
                file = await asyncio.to_thread(self.path.open, "rb")
            except FileNotFoundError:
                return
        with file:
            while True:
                with self._usable():
                    batch = await asyncio.to_thread(file.readlines, _BLOCK)
                if not batch:
                    return
                for line in batch:
                    yield line.removesuffix(b"\n")

    def _opened(self) -> int:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if is_new:
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(folder)
            os.close(folder)
        return descriptor

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            told = f"Checkpoints cannot be kept in {self.path}: {error.strerror}. Events go on without them."
            raise SinkUnusable(told) from error


async def _locked(descriptor: int) -> None:
    """Wait without a thread: the one who holds the lock needs one to go on."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_WAIT_SECONDS)
        else:
            return


def _newest_lines(descriptor: int) -> list[bytes]:
    """Return the last lines, the last one first."""
    end = os.fstat(descriptor).st_size
    content = b""
    while end > 0 and content.count(b"\n") <= _TAIL:
        start = max(0, end - _BLOCK)
        content = os.pread(descriptor, end - start, start) + content
        end = start
    lines = content.split(b"\n")
    # What stands before the first end of a line may be the rest of one that began earlier.
    return [line for line in lines[1 if end > 0 else 0 :] if line][::-1][:_TAIL]


def _append(descriptor: int, line: bytes) -> None:
    size = os.fstat(descriptor).st_size
    is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    content = (b"\n" if is_torn else b"") + line + b"\n"
    while content:
        content = content[os.write(descriptor, content) :]
    os.fsync(descriptor)
