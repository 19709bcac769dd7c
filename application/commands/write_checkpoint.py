"""Write down, outside the database, where the log ends."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from application.verification.checkpoints import (
    BEGINNING,
    Checkpoint,
    CheckpointLine,
    MalformedCheckpoint,
    SignedCheckpoint,
    line_bytes,
    line_hash,
    moved_hash,
    outline,
    parse_line,
    signed_bytes,
)
from application.verification.merkle import root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from application.ports.checkpoints import CheckpointKey, CheckpointSink, LogHeads
    from application.ports.clock import Clock
    from application.verification.checkpoints import HeadLeaf


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCheckpoint:
    """Sign the heads of all organizations and append them to the sink; where nothing moved, only when `always`."""

    always: bool = False


async def write_checkpoint(
    command: WriteCheckpoint, *, heads: LogHeads, sink: CheckpointSink, key: CheckpointKey, clock: Clock
) -> Checkpoint | None:
    """Return the checkpoint, none where the log has not moved since the last one.

    Raises:
        SinkUnusable, Unavailable: it could not be written; the log goes on without.
    """

    async def following(newest: Sequence[bytes], *, begins_part: bool) -> bytes | None:
        last, previous = _last_of(newest)
        leaves = await heads.at_one_moment()
        root_ = root([head.leaf for head in leaves]).hex()
        if last is not None and last.root == root_ and not command.always:
            return None
        known = {} if last is None or begins_part else await _told(sink)
        moved = [head for head in leaves if known.get(head.organization_id) != head]
        checkpoint = Checkpoint(
            number=1 if last is None else last.number + 1,
            at=clock.now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            position=sum(head.org_sequence for head in leaves),
            organizations=len(leaves),
            root=root_,
            moved=moved_hash(moved),
            previous=previous,
            key_id=key.key_id,
        )
        signed = SignedCheckpoint(checkpoint=checkpoint, signature=await key.sign(signed_bytes(checkpoint)))
        return line_bytes(CheckpointLine(signed, moved))

    line = await sink.extend(following)
    return None if line is None else parse_line(line).signed.checkpoint


async def _told(sink: CheckpointSink) -> Mapping[UUID, HeadLeaf]:
    """Return the heads that the newest part of the sink tells."""
    known: dict[UUID, HeadLeaf] = {}
    async for content in sink.lines(newest_part=True):
        line = outline(content)
        with suppress(MalformedCheckpoint):
            known.update((head.organization_id, head) for head in ([] if line is None else line.moved()))
    return known


def _last_of(newest: Sequence[bytes]) -> tuple[Checkpoint | None, str]:
    """Return the newest whole checkpoint and the hash of its line; a writer that died may have left half a line."""
    for line in newest:
        try:
            return parse_line(line).signed.checkpoint, line_hash(line)
        except MalformedCheckpoint:
            continue
    return None, BEGINNING
