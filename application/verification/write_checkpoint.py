"""Write down, outside the database, where organizations' logs end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from uuid import uuid4

from application.ports.clock import Clock
from application.run_in_thread import run_in_thread_if_large
from application.verification.checkpoint_agreement import end_of, expect_agreement, mark_of
from application.verification.checkpoint_storage import (
    CheckpointKey,
    CheckpointRegister,
    CheckpointSink,
    LockedSink,
    NewestCheckpoint,
)
from application.verification.checkpoints import (
    BEGINNING,
    BETWEEN_FULL,
    Checkpoint,
    CheckpointLine,
    HeadLeaf,
    SignedCheckpoint,
    heads_root,
    line_bytes,
    line_hash,
    signed_bytes,
)
from application.verification.restore_statements import RestoreStatement, statement_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCheckpoint:
    """Sign the heads that changed and append them to the sink; where none changed, only when `always`."""

    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCheckpoint:
    """The place of the next checkpoint: its number, the hash of the line before it, and the sink's id."""

    number: int
    previous: str
    sink: str


async def write_checkpoint(
    command: WriteCheckpoint,
    *,
    register: CheckpointRegister,
    sink: CheckpointSink,
    key: CheckpointKey,
    clock: Clock,
) -> Checkpoint | None:
    """Return the checkpoint, none where no head has changed since the last one.

    Raises:
        CheckpointsDisagree: the database or the sink went back; nothing was written.
        SinkUnusable, Unavailable: it could not be written; the log continues without.
    """
    async with sink.locked() as locked:
        end = await end_of(locked.newest)
        await expect_agreement(register, end, locked.mark, sink.place)
        changed = await register.changed_heads()
        if not changed and not command.always:
            return None
        number = 1 if end is None else end.newest.number + 1
        is_full = end is None or number % BETWEEN_FULL == 1
        place = NextCheckpoint(
            number=number,
            previous=BEGINNING if end is None else end.newest.hash,
            sink=uuid4().hex if end is None else end.newest.sink,
        )
        heads = await register.all_heads() if is_full else changed
        checkpoint = await append_checkpoint(locked, place, heads, is_full=is_full, key=key, clock=clock)
        await register.record(checkpoint[1], changed)
        return checkpoint[0]


async def append_checkpoint(
    locked: LockedSink,
    place: NextCheckpoint,
    heads: Sequence[HeadLeaf],
    *,
    is_full: bool,
    key: CheckpointKey,
    clock: Clock,
    restored: RestoreStatement | None = None,
) -> tuple[Checkpoint, NewestCheckpoint]:
    """Sign a checkpoint and append it. A full one begins a part.

    Raises:
        SinkUnusable: it could not be written.
    """
    checkpoint = Checkpoint(
        number=place.number,
        at=clock.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        sink=place.sink,
        covers="all" if is_full else "changed",
        heads=len(heads),
        root=await run_in_thread_if_large(heads, lambda: heads_root(heads)),
        previous=place.previous,
        restored=statement_hash(restored),
        key_id=key.key_id,
    )
    signed = SignedCheckpoint(checkpoint=checkpoint, signature=await key.sign(signed_bytes(checkpoint)))
    line = await run_in_thread_if_large(heads, lambda: line_bytes(CheckpointLine(signed, heads, restored)))
    newest = NewestCheckpoint(number=place.number, hash=line_hash(line), sink=place.sink)
    await locked.append(line, mark=mark_of(newest), begins_part=place.number if is_full else None)
    return checkpoint, newest
