"""A sink in memory, and heads that a test states."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from application.verification.checkpoint_storage import NewestCheckpoint
from application.verification.checkpoints import HeadLeaf


@dataclass
class FakeSink:
    """Implements `application.verification.checkpoint_storage.CheckpointSink`."""

    held: list[bytes] = field(default_factory=list)
    part_begin: int = 0
    parts_begun: list[tuple[int, int]] = field(default_factory=list)
    kept_mark: bytes | None = None
    place: str = "in memory"
    lines_at_once: int = 7

    @asynccontextmanager
    async def locked(self) -> "AsyncIterator[FakeLockedSink]":
        yield FakeLockedSink(self)

    async def mark(self) -> bytes | None:
        return self.kept_mark

    async def beginning(self) -> bytes | None:
        return self.held[self.part_begin][:2_000] if self.held else None

    async def parts(self) -> Sequence[int]:
        return [number if number > 1 else 0 for number, _ in self.parts_begun]

    async def first_lines(self, part: int) -> Sequence[bytes]:
        begins = next(index for number, index in self.parts_begun if number == max(part, 1))
        return self.held[begins : begins + 2]

    async def lines(self, *, since: int = 0) -> AsyncIterator[Sequence[bytes]]:
        asked = max((index for number, index in self.parts_begun if number <= since), default=0)
        for start in range(asked, len(self.held), self.lines_at_once):
            yield self.held[start : start + self.lines_at_once]


@dataclass
class FakeLockedSink:
    """Implements `application.verification.checkpoint_storage.LockedSink`."""

    sink: FakeSink

    @property
    def newest(self) -> Sequence[bytes]:
        return self.sink.held[::-1][:10]

    @property
    def mark(self) -> bytes | None:
        return self.sink.kept_mark

    async def append(self, line: bytes, *, mark: bytes, begins_part: int | None) -> None:
        sink = self.sink
        if begins_part is not None:
            sink.part_begin = len(sink.held)
            sink.parts_begun.append((begins_part, sink.part_begin))
        sink.held.append(line)
        sink.kept_mark = mark


@dataclass
class FakeRegister:
    """Implements `application.verification.checkpoint_storage.CheckpointRegister`; the log has lost `lacking`."""

    leaves: Sequence[HeadLeaf] = ()
    recorded: NewestCheckpoint | None = None
    seen: set[HeadLeaf] = field(default_factory=set)
    lacking: set[tuple[UUID, int]] = field(default_factory=set)
    known: dict[tuple[UUID, int], bytes] = field(default_factory=dict)

    async def newest(self) -> NewestCheckpoint | None:
        return self.recorded

    async def changed_heads(self) -> Sequence[HeadLeaf]:
        return [leaf for leaf in self.leaves if leaf not in self.seen]

    async def all_heads(self) -> Sequence[HeadLeaf]:
        return self.leaves

    async def hashes(self, places: Sequence[tuple[UUID, int]]) -> Sequence[bytes | None]:
        there = {**self.known, **{(leaf.organization_id, leaf.org_sequence): leaf.hash for leaf in self.leaves}}
        return [None if place in self.lacking else there.get(place) for place in places]

    async def record(self, newest: NewestCheckpoint, seen: Sequence[HeadLeaf]) -> None:
        self.recorded = newest
        self.seen |= set(seen)
        self.known |= {(leaf.organization_id, leaf.org_sequence): leaf.hash for leaf in seen}
