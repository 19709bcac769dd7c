"""A sink in memory, and heads that a test states."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from application.ports.checkpoints import Following
    from application.verification.checkpoints import HeadLeaf


@dataclass
class FakeSink:
    """Fulfils `application.ports.checkpoints.CheckpointSink`."""

    held: list[bytes] = field(default_factory=list)
    part_lines: int = 1000
    part_begin: int = 0

    async def extend(self, following: Following) -> bytes | None:
        begins_part = len(self.held) - self.part_begin >= self.part_lines
        line = await following(self.held[::-1][:10], begins_part=begins_part)
        if line is not None:
            if begins_part:
                self.part_begin = len(self.held)
            self.held.append(line)
        return line

    async def lines(self, *, newest_part: bool = False) -> AsyncIterator[bytes]:
        for line in self.held[self.part_begin if newest_part else 0 :]:
            yield line


@dataclass
class FakeHeads:
    """Fulfils `application.ports.checkpoints.LogHeads`."""

    leaves: Sequence[HeadLeaf] = ()

    async def at_one_moment(self) -> Sequence[HeadLeaf]:
        return self.leaves
