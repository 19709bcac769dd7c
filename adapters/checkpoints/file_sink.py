"""Files that checkpoints are appended to."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from application.ports.checkpoints import SinkUnusable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from application.ports.checkpoints import Following

FILE_NAME: Final = "checkpoints.ndjson"
PART_BYTES: Final = 4 << 20
"""A part that is larger than this, and than four times its first line, is followed by another."""

_TAIL: Final = 10
_BLOCK: Final = 1 << 20
_WAIT_SECONDS: Final = 0.02


class FileSink:
    """Fulfils `application.ports.checkpoints.CheckpointSink` with files (mode 600) in a folder, or under a name.

    After `checkpoints.ndjson` comes `checkpoints-000002.ndjson`, and so on; a part is never renamed nor written again
    once there is another. Whoever may write them may also cut them off: keep them on storage that only takes appends,
    or copy them away.
    """

    def __init__(self, path: Path, *, part_bytes: int = PART_BYTES) -> None:
        self.path = path / FILE_NAME if path.is_dir() or not path.suffix else path
        self._part_bytes = part_bytes
        self._part_name = re.compile(rf"{re.escape(self.path.stem)}(?:-([0-9]{{6,}}))?{re.escape(self.path.suffix)}")

    async def extend(self, following: Following) -> bytes | None:
        number, descriptor = await self._newest_locked()
        try:
            with self._usable():
                newest, begins_part = await asyncio.to_thread(self._state, number, descriptor)
            line = await following(newest, begins_part=begins_part)
            if line is not None and begins_part:
                with self._usable():
                    await asyncio.to_thread(self._begin_part, number + 1, line)
            elif line is not None:
                with self._usable():
                    await asyncio.to_thread(_append, descriptor, line)
            return line
        finally:
            os.close(descriptor)

    async def lines(self, *, newest_part: bool = False) -> AsyncIterator[bytes]:
        with self._usable():
            parts = await asyncio.to_thread(self._parts)
        for number in parts[-1:] if newest_part else parts:
            with self._usable():
                file = await asyncio.to_thread(self._part(number).open, "rb")
            with file:
                while True:
                    with self._usable():
                        batch = await asyncio.to_thread(file.readlines, _BLOCK)
                    if not batch:
                        break
                    for line in batch:
                        # A last line without an end is being written, or its writer died.
                        if line.endswith(b"\n") or number != parts[-1]:
                            yield line.removesuffix(b"\n")

    def _part(self, number: int) -> Path:
        return self.path if number == 1 else self.path.with_stem(f"{self.path.stem}-{number:06}")

    def _parts(self) -> list[int]:
        """Return the numbers of the parts there are, the oldest first."""
        try:
            names = [entry.name for entry in self.path.parent.iterdir()]
        except FileNotFoundError:
            return []
        found = filter(None, map(self._part_name.fullmatch, names))
        return sorted(int(each[1] or 1) for each in found)

    async def _newest_locked(self) -> tuple[int, int]:
        """Return the newest part and a descriptor of it; nobody else appends until that is closed."""
        while True:
            with self._usable():
                number = (await asyncio.to_thread(self._parts) or [1])[-1]
                descriptor = await asyncio.to_thread(self._opened, number)
                try:
                    await _locked(descriptor)
                    await self._begun(number)
                    # While this waited for its turn, the next part may have begun, or this one been taken away.
                    if (await asyncio.to_thread(self._parts))[-1:] == [number]:
                        return number, descriptor
                except BaseException:
                    os.close(descriptor)
                    raise
                os.close(descriptor)

    async def _begun(self, number: int) -> None:
        """Wait for whoever is about to write the first line of a part, and holds the part before until then."""
        before = self._part(number - 1)
        if number == 1 or not await asyncio.to_thread(before.exists):
            return
        if not (await asyncio.to_thread(self._first_line, number)).endswith(b"\n"):
            descriptor = await asyncio.to_thread(os.open, before, os.O_RDWR | os.O_CLOEXEC)
            try:
                await _locked(descriptor)
            finally:
                os.close(descriptor)

    def _state(self, number: int, descriptor: int) -> tuple[Sequence[bytes], bool]:
        """Return the newest lines, and whether the next one begins a part."""
        newest = _newest_lines(descriptor)
        if len(newest) < _TAIL and number - 1 in self._parts():
            # The first line of a part may be a torn one.
            with self._part(number - 1).open("rb") as before:
                newest += _newest_lines(before.fileno())
        is_long = os.fstat(descriptor).st_size > self._part_bytes
        return newest, is_long and os.fstat(descriptor).st_size > 4 * len(self._first_line(number))

    def _first_line(self, number: int) -> bytes:
        with self._part(number).open("rb") as part:
            return part.readline()

    def _begin_part(self, number: int, line: bytes) -> None:
        descriptor = self._opened(number)
        try:
            _append(descriptor, line)
        finally:
            os.close(descriptor)

    def _opened(self, number: int) -> int:
        path = self._part(number)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if is_new:
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
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
