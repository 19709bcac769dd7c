"""Reads checkpoints of a sink, and checks their signatures and the chain between them."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from application.run_in_thread import run_in_thread_if_large
from application.verification.checkpoint_storage import CheckpointSink, NewestCheckpoint, Signatures
from application.verification.checkpoints import (
    BEGINNING,
    HeadLeaf,
    LineOutline,
    MalformedCheckpoint,
    SignedCheckpoint,
    heads_root,
    line_hash,
    outline,
    parse_line,
    signed_bytes,
)
from application.verification.log_findings import LogFinding
from application.verification.restore_statements import RestoreStatement, statement_hash

T = TypeVar("T")

# Some 10 ms of work.
_LARGE: Final = 100_000


@dataclass(frozen=True, slots=True)
class ReadCheckpoint:
    """A checkpoint from a line of the sink, with its heads by organization."""

    number: int
    at: str
    heads: Sequence[HeadLeaf]
    restored: RestoreStatement | None


class CheckpointReader:
    """Reads a sink once, line by line. `last` is the newest checkpoint, `findings` are the errors of the sink itself.

    `first` is the oldest checkpoint that was read; earlier ones were archived, or not requested. `end` is the number
    and the hash of the last line.
    `recorded`, of the database, and `marked`, beside the sink, must be in the sink or be archived.
    """

    def __init__(
        self,
        sink: CheckpointSink,
        signatures: Signatures,
        public_key: bytes,
        recorded: NewestCheckpoint | None = None,
    ) -> None:
        self.recorded = recorded
        self.marked: NewestCheckpoint | None = None
        self._sink = sink
        self._signatures = signatures
        self._public_key = public_key
        self._torn: int | None = None
        self._count = 0
        self._newest: bytes | None = None
        self.first: ReadCheckpoint | None = None
        self.end: tuple[int, str] | None = None
        self.last: SignedCheckpoint | None = None
        self.findings: list[LogFinding] = []

    @property
    def place(self) -> str:
        """Where the sink is, for a person."""
        return self._sink.place

    async def mark(self) -> bytes | None:
        """Return what is kept beside the sink.

        Raises:
            SinkUnusable: the sink cannot be read.
        """
        return await self._sink.mark()

    async def part_before(self, organization_id: UUID) -> int:
        """Return the number of the newest part that begins without the organization; what comes before is not about it.

        Each part begins with all heads. 0 where the oldest part already has it.

        Raises:
            SinkUnusable: the sink cannot be read.
        """
        parts = await self._sink.parts()
        name = str(organization_id).encode()
        low, high = 0, len(parts)
        while low < high:
            middle = (low + high) // 2
            if _may_list(await self._sink.first_lines(parts[middle]), name):
                high = middle
            else:
                low = middle + 1
        return parts[low - 1] if low else 0

    async def newest_parts(self, count: int) -> int:
        """Return the number that the last `count` parts begin with.

        Raises:
            SinkUnusable: the sink cannot be read.
        """
        return next(iter((await self._sink.parts())[-count:]), 0)

    async def checkpoints(self, only: UUID | None = None, *, since: int = 0) -> AsyncIterator[Sequence[ReadCheckpoint]]:
        """Yield the checkpoints with their heads, some at a time; then check the newest signature.

        For one organization, those that list it or state a restore, with its head alone. With a number, those of the
        part of the sink that holds this checkpoint, which begins with all heads, and after.

        Raises:
            SinkUnusable: the sink cannot be read.
        """
        async for checkpoints in self._process_lines(since, lambda lines: self._read(lines, only)):
            yield checkpoints

    async def newest_with(self, organization_id: UUID, *, since: int) -> bytes | None:
        """Return the newest line that names the organization, or None; errors and `since` as for `checkpoints`."""
        name, newest = str(organization_id).encode(), None
        async for found in self._process_lines(
            since, lambda lines: [line for line in self._whole(lines) if name in line]
        ):
            newest = found[-1] if found else newest
        return newest

    async def _process_lines(
        self, since: int, work: Callable[[Sequence[bytes]], Sequence[T]]
    ) -> AsyncIterator[Sequence[T]]:
        async for lines in self._sink.lines(since=since):
            yield await _in_thread_if_large(lines, partial(work, lines))
        if self._newest is not None:
            await _in_thread_if_large([self._newest], self._check_the_last)
        there = f"ends with checkpoint {self.end[0]}" if self.end else "is empty"
        last = self.end[0] if self.end else 0
        if self.recorded is not None and self.recorded.number > last:
            self._find(f"The database knows checkpoint {self.recorded.number}, but the sink {self.place} {there}.")
        if self.marked is not None and self.marked.number > last:
            self._find(f"Beside the sink {self.place}, checkpoint {self.marked.number} was noted, but it {there}.")
        if self._torn is not None:
            self._find(f"Line {self._torn} of the checkpoints cannot be read.")

    def _read(self, lines: Sequence[bytes], only: UUID | None) -> list[ReadCheckpoint]:
        found = []
        for content in self._whole(lines):
            read = _read(content, only)
            if read is None:
                self._find(f"What checkpoint {self.end[0] if self.end else 0} lists cannot be read.")
                continue
            self.first = self.first or read
            if only is None or read.heads or read.restored is not None:
                found.append(read)
        return found

    def _whole(self, lines: Sequence[bytes]) -> Iterator[bytes]:
        """Yield the lines that are checkpoints, each compared with the one before it."""
        for content in lines:
            self._count += 1
            line = outline(content)
            if line is None:
                # A writer that died leaves half a line, and the next checkpoint follows the one before it.
                self._torn = self._count if content else self._torn
                continue
            self._take(line, line_hash(content))
            self._newest = content
            yield content

    def _take(self, line: LineOutline, hash_: str) -> None:
        if self.end is None:
            follows = line.covers == "all" and (line.number > 1 or line.previous == BEGINNING)
        else:
            # Whoever states a restore continues from the higher number that was known.
            follows = line.previous == self.end[1] and (
                line.number == self.end[0] + 1 or (line.statement != b"null" and line.number > self.end[0])
            )
        if follows:
            self._torn = None
        else:
            self._find(f"Checkpoint {line.number} does not follow the one before it: the file was changed.")
        self.end = (line.number, hash_)
        if self.recorded is not None and line.number == self.recorded.number and hash_ != self.recorded.hash:
            self._find(f"The database knows another checkpoint {line.number} than the sink {self.place} has.")
        if self.marked is not None and line.number == self.marked.number and hash_ != self.marked.hash:
            self._find(f"Beside the sink {self.place}, another checkpoint {line.number} was noted than it has.")

    def _check_the_last(self) -> None:
        number = self.end[0] if self.end else 0
        try:
            line = parse_line(self._newest or b"")
        except MalformedCheckpoint:
            self._find(f"Checkpoint {number} was rewritten.")
            return
        self.last = line.signed
        checkpoint = line.signed.checkpoint
        if not is_signed(line.signed, self._signatures, self._public_key):
            self._find(f"Checkpoint {number} is not signed with the key that is known (or is another's).")
        if (heads_root(line.heads), len(line.heads)) != (checkpoint.root, checkpoint.heads):
            self._find(f"Checkpoint {number} was signed with other heads than it lists.")
        if statement_hash(line.restored) != checkpoint.restored:
            self._find(f"Checkpoint {number} was signed with another statement of a restore than it has.")

    def _find(self, message: str) -> None:
        self.findings.append(LogFinding(kind="edited", organization_id=None, sequence=None, message=message))


def is_signed(signed: SignedCheckpoint, signatures: Signatures, public_key: bytes) -> bool:
    """Return whether the checkpoint was signed with the private half of this key."""
    return signatures.is_right(public_key, signed_bytes(signed.checkpoint), signed.signature)


async def _in_thread_if_large(lines: Sequence[bytes], work: Callable[[], T]) -> T:
    # The entries are bytes.
    return await run_in_thread_if_large(range(sum(map(len, lines))), work, large=_LARGE)


def _may_list(first_lines: Sequence[bytes], name: bytes) -> bool:
    """Return whether the part that begins with these lines lists an organization in its first checkpoint.

    The first line may be torn, and the checkpoint be repeated in the second; where neither can be read, it may.
    """
    found = next(filter(None, map(outline, first_lines)), None)
    return found is None or name in found.listed


def _read(content: bytes, only: UUID | None) -> ReadCheckpoint | None:
    """Return the content of the line, or None if it cannot be read."""
    line = outline(content)
    heads: Sequence[HeadLeaf] = []
    try:
        if line is not None and (only is None or str(only).encode() in line.listed):
            heads = [head for head in line.heads() if only in {None, head.organization_id}]
        return None if line is None else ReadCheckpoint(line.number, line.at, heads, line.restored())
    except MalformedCheckpoint:
        return None
