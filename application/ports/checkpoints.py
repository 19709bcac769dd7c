"""Where checkpoints come from and where they are kept: outside the database, out of its superuser's reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from application.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from application.verification.checkpoints import HeadLeaf


class SinkUnusable(Unavailable):
    """The checkpoints cannot be written or read where they should be kept."""

    code = "checkpoint-sink-unusable"


class CheckpointSink(Protocol):
    """Lines that are appended and never changed. Its errors are all `SinkUnusable`."""

    async def extend(self, following: Callable[[Sequence[bytes]], Awaitable[bytes | None]]) -> bytes | None:
        """Append the line that follows, durably, and return it; nobody else appends meanwhile.

        `following` is given the newest lines, the newest first, and returns the next one or that there is none. A
        line may be the torn half of one whose writer died.
        """
        ...

    def lines(self) -> AsyncIterator[bytes]:
        """Give all lines, the oldest first, without their ends."""
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

    async def at_one_moment(self) -> tuple[int, Sequence[HeadLeaf]]:
        """Return the position of the whole log and every head, by organization id, all of one moment.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
