"""Files that checkpoints are appended to."""

import asyncio
import fcntl
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from application.verification.checkpoint_storage import SinkUnusable

FILE_NAME: Final = "checkpoints.ndjson"

_TAIL: Final = 10
_BLOCK: Final = 1 << 16
_READ_AHEAD: Final = 1 << 20
_BEGINNING: Final = 2_000
_WAIT_SECONDS: Final = 0.02
_MODE: Final = 0o600

_Result = TypeVar("_Result")


class FileSink:
    """Implements `application.verification.checkpoint_storage.CheckpointSink` with files in a folder, or under a name.

    Files have mode 600.
    After `checkpoints.ndjson` comes `checkpoints-000001001.ndjson`, which begins with checkpoint 1,001, and so on; a
    part is never renamed nor written again once there is another. The mark is in `checkpoints.newest`. Whoever may
    write them may also cut them off: keep them on storage that only takes appends, or copy them away.
    """

    def __init__(self, path: Path) -> None:
        self.path = path / FILE_NAME if path.is_dir() or not path.suffix else path
        self._part_name = re.compile(rf"{re.escape(self.path.stem)}(?:-([0-9]{{9,}}))?{re.escape(self.path.suffix)}")
        # What this process appended last, and where that ended: a long line is not read again for the next one.
        self._known: tuple[int, int, bytes] | None = None

    @property
    def place(self) -> str:
        return str(self.path)

    @asynccontextmanager
    async def locked(self) -> "AsyncIterator[LockedFileSink]":
        held: list[LockedFileSink] = []
        try:
            with self._usable():
                while not await _in_thread(lambda: self._hold(held)):  # noqa: ASYNC110 - another process holds it
                    # Without a thread: whoever holds the end needs one to continue.
                    await asyncio.sleep(_WAIT_SECONDS)
            yield held[0]
        finally:
            # Also where the caller was cancelled while a thread took hold of it.
            for locked in held:
                os.close(locked.descriptor)

    async def mark(self) -> bytes | None:
        with self._usable():
            return await asyncio.to_thread(self._mark)

    async def beginning(self) -> bytes | None:
        with self._usable():
            return await asyncio.to_thread(self._beginning)

    async def parts(self) -> Sequence[int]:
        with self._usable():
            return await asyncio.to_thread(self._parts)

    async def first_lines(self, part: int) -> Sequence[bytes]:
        with self._usable():
            return await asyncio.to_thread(self._first_lines, part)

    async def lines(self, *, since: int = 0) -> AsyncIterator[Sequence[bytes]]:
        parts = await self.parts()
        earlier = sum(following <= since for following in parts[1:])
        for number in parts[earlier:]:
            with self._usable():
                file = await asyncio.to_thread(self._part(number).open, "rb")
            with file:
                while True:
                    with self._usable():
                        batch = await asyncio.to_thread(file.readlines, _READ_AHEAD)
                    if not batch:
                        break
                    if number == parts[-1] and not batch[-1].endswith(b"\n"):
                        # It is being written, or its writer died.
                        del batch[-1]
                    yield [line.removesuffix(b"\n") for line in batch]

    def _part(self, number: int) -> Path:
        return self.path.with_stem(f"{self.path.stem}-{number:09}") if number else self.path

    def _parts(self) -> list[int]:
        """Return the numbers of the parts there are, the oldest first."""
        try:
            names = [entry.name for entry in self.path.parent.iterdir()]
        except FileNotFoundError:
            return []
        found = filter(None, map(self._part_name.fullmatch, names))
        return sorted(int(each[1] or 0) for each in found)

    def _hold(self, held: "list[LockedFileSink]") -> bool:
        """Add the end, held by us; return False while somebody else holds it."""
        number = (self._parts() or [0])[-1]
        descriptor = self._opened(number)
        try:
            if _is_locked(descriptor) and self._is_begun(number) and self._parts()[-1:] == [number]:
                newest, mark = self._end(number, descriptor)
                held.append(LockedFileSink(self, number, descriptor, newest, mark))
                return True
        except BaseException:
            os.close(descriptor)
            raise
        # The next part may have begun meanwhile, or this one been taken away.
        os.close(descriptor)
        return False

    def _is_begun(self, number: int) -> bool:
        """Return whether nobody is about to write the first line of a part, which holds the part before until then."""
        before = [part for part in self._parts() if part < number][-1:]
        if (self._known is not None and self._known[0] == number) or not before:
            return True
        with self._part(number).open("rb") as part:
            if part.readline().endswith(b"\n"):
                return True
        descriptor = os.open(self._part(before[0]), os.O_RDWR | os.O_CLOEXEC)
        try:
            return _is_locked(descriptor)
        finally:
            os.close(descriptor)

    def _end(self, number: int, descriptor: int) -> tuple[Sequence[bytes], bytes | None]:
        """Return the newest lines and the mark."""
        if self._known is not None and self._known[:2] == (number, os.fstat(descriptor).st_size):
            return [self._known[2]], self._mark()
        newest = _newest_lines(descriptor)
        before = [part for part in self._parts() if part < number][-1:]
        if len(newest) < _TAIL and before:
            # The first line of a part may be a torn one.
            with self._part(before[0]).open("rb") as file:
                newest += _newest_lines(file.fileno())
        return newest, self._mark()

    def _beginning(self) -> bytes | None:
        for number in self._parts()[-1:]:
            with self._part(number).open("rb") as part:
                return part.read(_BEGINNING) or None
        return None

    def _first_lines(self, number: int) -> list[bytes]:
        with self._part(number).open("rb") as part:
            return [line.removesuffix(b"\n") for line in (part.readline(), part.readline()) if line]

    def _mark(self) -> bytes | None:
        try:
            return self._mark_path().read_bytes()
        except FileNotFoundError:
            return None

    def _keep_mark(self, mark: bytes) -> None:
        try:
            descriptor = os.open(self._mark_path(), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _MODE)
        except PermissionError:
            # Storage that only takes appends: nothing can be cut off there, so that no mark is needed.
            return
        try:
            os.pwrite(descriptor, mark, 0)
            os.ftruncate(descriptor, len(mark))
        finally:
            os.close(descriptor)

    def _mark_path(self) -> Path:
        return self.path.with_suffix(".newest")

    async def append(self, part: int, descriptor: int, line: bytes, *, mark: bytes, begins_part: int | None) -> None:
        """Append a line to the part that is held, or to one that it begins, and keep the mark.

        Raises:
            SinkUnusable: it cannot be written.
        """
        with self._usable():
            await _in_thread(lambda: self._append(part, descriptor, line, mark, begins_part))

    def _append(self, number: int, descriptor: int, line: bytes, mark: bytes, begins_part: int | None) -> None:
        # The first of all parts has no number in its name.
        begins = number if begins_part in {None, 1} else begins_part or 0
        if begins == number:
            _append(descriptor, line)
            size = os.fstat(descriptor).st_size
        else:
            part = self._opened(begins)
            try:
                _append(part, line)
                size = os.fstat(part).st_size
            finally:
                os.close(part)
        self._known = (begins, size, line)
        self._keep_mark(mark)

    def _opened(self, number: int) -> int:
        path = self._part(number)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
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
            message = f"Checkpoints cannot be kept in {self.path}: {error.strerror}. Events go on without them."
            raise SinkUnusable(message) from error


class LockedFileSink:
    """Implements `application.verification.checkpoint_storage.LockedSink`: newest lines, mark, and appending."""

    def __init__(self, sink: FileSink, part: int, descriptor: int, newest: Sequence[bytes], mark: bytes | None) -> None:
        self._sink = sink
        self._part = part
        self.descriptor = descriptor
        self.newest = newest
        self.mark = mark

    async def append(self, line: bytes, *, mark: bytes, begins_part: int | None) -> None:
        await self._sink.append(self._part, self.descriptor, line, mark=mark, begins_part=begins_part)


async def _in_thread(work: Callable[[], _Result]) -> _Result:
    """Return what the work returns; a cancelled caller waits for its end, since it uses files that are closed next."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([running])
        raise
    finally:
        # What failed refers to this frame, and so to itself.
        del running


def _is_locked(descriptor: int) -> bool:
    """Return whether the file is ours until the descriptor is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _newest_lines(descriptor: int) -> list[bytes]:
    """Return the last lines, the last one first."""
    end = os.fstat(descriptor).st_size
    content = b""
    size = _BLOCK
    while end > 0 and content.count(b"\n") <= _TAIL:
        start, size = max(0, end - size), size * 2
        content = os.pread(descriptor, end - start, start) + content
        end = start
    lines = content.split(b"\n")
    # What is before the first end of a line may be the rest of one that began earlier.
    return [line for line in lines[1 if end > 0 else 0 :] if line][::-1][:_TAIL]


def _append(descriptor: int, line: bytes) -> None:
    size = os.fstat(descriptor).st_size
    is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    content = (b"\n" if is_torn else b"") + line + b"\n"
    while content:
        content = content[os.write(descriptor, content) :]
    os.fsync(descriptor)
