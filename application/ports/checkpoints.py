"""Where checkpoints come from and where they are kept: outside the database, out of its superuser's reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from application.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from application.verification.checkpoints import HeadLeaf


class SinkUnusable(Unavailable):
    """The checkpoints cannot be written or read where they should be kept."""

    code = "checkpoint-sink-unusable"


class Following(Protocol):
    """Makes lines."""

    async def __call__(self, newest: Sequence[bytes], *, begins_part: bool) -> bytes | None:
        """Return the line that follows, none when there is none, given the newest ones, the newest of all first.

        A line may be the torn half of one whose writer died. `begins_part`: nothing that is before it will be at hand
        for whoever reads the newest part alone.
        """
        ...


class CheckpointSink(Protocol):
    """Lines that are appended and never changed, in parts that follow each other. Its errors are all `SinkUnusable`.

    Older parts may be taken away to an archive at any time; the newest one stays.
    """

    async def extend(self, following: Following) -> bytes | None:
        """Append the line that follows, durably, and return it; nobody else appends meanwhile."""
        ...

    def lines(self, *, newest_part: bool = False) -> AsyncIterator[bytes]:
        """Give all lines there are, or those of the newest part, the oldest first, without their ends."""
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
    """Tells right signatures from wrong ones, with public keys alone."""

    def is_right(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Tell whether the key made this signature of the message."""
        ...


class LogHeads(Protocol):
    """The ends of all organizations' logs."""

    async def at_one_moment(self) -> Sequence[HeadLeaf]:
        """Return every head, by organization id, all of one moment.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
