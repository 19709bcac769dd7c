"""Where checkpoints come from and where they are kept: outside the database, out of its superuser's reach."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from application.errors import Unavailable
from application.verification.checkpoints import HeadLeaf


class SinkUnusable(Unavailable):
    """The checkpoints cannot be written or read where they should be kept."""

    code = "checkpoint-sink-unusable"


class CheckpointsDisagree(Unavailable):
    """The database and the sink know different newest checkpoints: one of them went back, or was exchanged.

    No checkpoint is written until a platform administrator has stated what happened (`modelbook audit restored`).
    """

    code = "checkpoints-disagree"


class AnotherSink(CheckpointsDisagree):
    """The checkpoints of this database are kept in another place than the one that is named here."""

    code = "another-checkpoint-sink"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestCheckpoint:
    """Which checkpoint is the newest one, as somebody remembers it: its number, the hash of its line, and its sink."""

    number: int
    hash: str
    sink: str


class LockedSink(Protocol):
    """The end of a sink, held so that nobody else appends."""

    @property
    def newest(self) -> Sequence[bytes]:
        """The newest lines, the newest of all first. One may be the torn half of a line whose writer died."""
        ...

    @property
    def mark(self) -> bytes | None:
        """What was kept beside the lines with the last one that was appended; none where nothing can be kept."""
        ...

    async def append(self, line: bytes, *, mark: bytes, begins_part: int | None) -> None:
        """Append a line, durably, and keep the mark; with a number, the line is the first of a part named after it."""
        ...


class CheckpointSink(Protocol):
    """Lines that are appended and never changed, in parts that follow each other. Its errors are all `SinkUnusable`.

    Older parts may be taken away to an archive at any time; the newest one stays.
    """

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        ...

    def locked(self) -> AbstractAsyncContextManager[LockedSink]:
        """Hold the end during the block."""
        ...

    async def mark(self) -> bytes | None:
        """Return what was kept beside the lines; none where nothing can be kept."""
        ...

    async def beginning(self) -> bytes | None:
        """Return the first bytes of the newest part, none where there is no part."""
        ...

    async def parts(self) -> Sequence[int]:
        """Return the numbers of the parts there are, the oldest first: those of the checkpoints that they begin with.

        The first part of all has the number 0.
        """
        ...

    async def first_lines(self, part: int) -> Sequence[bytes]:
        """Return the first line of a part, without its end, and one more that follows it, if there is one."""
        ...

    def lines(self, *, since: int = 0) -> AsyncIterator[Sequence[bytes]]:
        """Give the lines, some at a time, the oldest first, without their ends.

        With a number, the lines of the part that holds the checkpoint of that number, and of those after it.
        """
        ...


class CheckpointKey(Protocol):
    """The key that signs checkpoints (Ed25519)."""

    @property
    def key_id(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the public key."""
        ...

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""
        ...

    async def sign(self, message: bytes) -> bytes:
        """Return the signature of the message."""
        ...


class Signatures(Protocol):
    """Verifies signatures, with public keys alone."""

    def is_right(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Return whether the key made this signature of the message."""
        ...


class CheckpointRegister(Protocol):
    """The ends of all organizations' logs, and which checkpoint has seen them. Its errors are all `Unavailable`."""

    async def newest(self) -> NewestCheckpoint | None:
        """Return the newest checkpoint that was recorded."""
        ...

    async def changed_heads(self) -> Sequence[HeadLeaf]:
        """Return the heads that no recorded checkpoint has seen, by organization id. It costs what they are."""
        ...

    async def all_heads(self) -> Sequence[HeadLeaf]:
        """Return every head, by organization id."""
        ...

    async def hashes(self, places: Sequence[tuple[UUID, int]]) -> Sequence[bytes | None]:
        """Return the hash of the event at each of these sequence numbers, none where there is none."""
        ...

    async def record(self, newest: NewestCheckpoint, seen: Sequence[HeadLeaf]) -> None:
        """Record a checkpoint, and that it has seen these heads; those that have changed since stay changed."""
        ...
