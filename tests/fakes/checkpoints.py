"""A sink in memory, and heads that a test states."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from application.verification.checkpoints import HeadLeaf


@dataclass
class FakeSink:
    """Fulfils `application.ports.checkpoints.CheckpointSink`."""

    held: list[bytes] = field(default_factory=list)

    async def extend(self, following: Callable[[Sequence[bytes]], Awaitable[bytes | None]]) -> bytes | None:
        line = await following(self.held[::-1][:10])
        if line is not None:
            self.held.append(line)
        return line

    async def lines(self) -> AsyncIterator[bytes]:
        for line in list(self.held):
            yield line


@dataclass
class FakeHeads:
    """Fulfils `application.ports.checkpoints.LogHeads`."""

    position: int = 0
    leaves: Sequence[HeadLeaf] = ()

    async def at_one_moment(self) -> tuple[int, Sequence[HeadLeaf]]:
        return self.position, self.leaves
