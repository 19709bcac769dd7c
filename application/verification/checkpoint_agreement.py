"""Checks that the database and the sink agree on the newest checkpoint."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from application.verification.canonical_json import canonical_json
from application.verification.checkpoint_storage import (
    AnotherSink,
    CheckpointRegister,
    CheckpointsDisagree,
    CheckpointSink,
    NewestCheckpoint,
)
from application.verification.checkpoints import BEGINNING, LineOutline, line_hash, outline, sink_of

# Some milliseconds of work.
_LARGE: Final = 100_000
_HEADS_AT_ONCE: Final = 1_000
_REMEDY: Final = (
    "No checkpoint is written until a platform administrator has stated what happened: `modelbook audit restored "
    "--reason ...`. Events are recorded as ever."
)


@dataclass(frozen=True, slots=True)
class SinkEnd:
    """The newest whole line of a sink."""

    newest: NewestCheckpoint
    line: LineOutline


async def end_of(lines: Sequence[bytes]) -> SinkEnd | None:
    """Return the newest complete line of lines that come newest first. A writer that died may leave half a line."""
    if max(map(len, lines), default=0) <= _LARGE:
        return _end(lines)
    return await asyncio.to_thread(_end, lines)


def mark_of(newest: NewestCheckpoint) -> bytes:
    """Return the mark to store beside the sink."""
    return canonical_json(asdict(newest))


def parse_mark(mark: bytes | None) -> NewestCheckpoint | None:
    """Return the mark that is stored beside the sink, or None if there is none or it cannot be read."""
    try:
        return NewestCheckpoint(**json.loads(mark or b""))
    except (ValueError, TypeError):
        return None


def disagreement(
    recorded: NewestCheckpoint | None, end: NewestCheckpoint | None, mark: NewestCheckpoint | None, place: str
) -> str | None:
    """Return a sentence that describes how the database, the sink and its mark differ, or None if they agree.

    A sink that is one checkpoint ahead agrees: its writer may have died before recording it (see `expect_agreement`).
    """
    known, there = recorded.number if recorded else 0, end.number if end else 0
    if recorded is not None and (end is None or end.number < known):
        newest = f"ends with checkpoint {there}" if there else "is empty"
        return f"The database knows checkpoint {known}, but the sink {place} {newest}: checkpoints were taken away."
    if mark is not None and (mark.number > there or (mark.number == there and end is not None and mark != end)):
        return (
            f"Beside the sink {place}, checkpoint {mark.number} was noted, and it is not there: the sink was changed."
        )
    if recorded is not None and end is not None and there == known and end.hash != recorded.hash:
        return f"The sink {place} has another checkpoint {known} than the database knows."
    if end is not None and there > known + 1:
        newest = f"knows checkpoint {known} as the newest" if known else "knows of no checkpoint"
        return f"The sink {place} has checkpoint {there}, but the database {newest}: it is older than its checkpoints."
    return None


async def expect_agreement(
    register: CheckpointRegister, end: SinkEnd | None, mark: bytes | None, place: str
) -> NewestCheckpoint | None:
    """Return the newest checkpoint in the database, if the sink continues from it.

    Raises:
        CheckpointsDisagree: they differ; the message says how and what to do.
        AnotherSink: the database has its checkpoints in another sink.
        Unavailable: the database cannot be reached.
    """
    recorded = await register.newest()
    if recorded is not None and end is not None and recorded.sink != end.newest.sink:
        raise AnotherSink(_another(recorded, place))
    problem = disagreement(recorded, None if end is None else end.newest, parse_mark(mark), place)
    if (
        problem is None
        and end is not None
        and end.newest != recorded
        and not await _continues(register, recorded, end.line)
    ):
        problem = f"Checkpoint {end.newest.number} in the sink {place} has seen events that the database does not have."
    if problem is not None:
        raise CheckpointsDisagree(f"{problem} {_REMEDY}")
    return recorded


async def expect_own_sink(register: CheckpointRegister, sink: CheckpointSink) -> None:
    """Check that this may be the sink of the database's checkpoints.

    Raises:
        AnotherSink: it is another sink.
        SinkUnusable, Unavailable: the sink cannot be read, or the database cannot be reached.
    """
    recorded = await register.newest()
    if recorded is None:
        return
    beginning = await sink.beginning()
    if beginning is None:
        raise AnotherSink(
            f"The database knows checkpoint {recorded.number}, but the sink {sink.place} is empty: checkpoints were "
            f"taken away, or are kept elsewhere (MODELBOOK_CHECKPOINT_SINK). {_REMEDY}"
        )
    found = sink_of(beginning)
    if found is not None and found != recorded.sink:
        raise AnotherSink(_another(recorded, sink.place))


def _end(lines: Sequence[bytes]) -> SinkEnd | None:
    for content in lines:
        line = outline(content)
        if line is not None:
            return SinkEnd(NewestCheckpoint(number=line.number, hash=line_hash(content), sink=line.sink), line)
    return None


async def _continues(register: CheckpointRegister, recorded: NewestCheckpoint | None, line: LineOutline) -> bool:
    """Return whether the log has all heads of this line, the only one that the database has not recorded."""
    if line.previous != (BEGINNING if recorded is None else recorded.hash):
        return False
    heads = line.heads()
    for start in range(0, len(heads), _HEADS_AT_ONCE):
        some = heads[start : start + _HEADS_AT_ONCE]
        found = await register.hashes([(head.organization_id, head.org_sequence) for head in some])
        if any(hash_ != head.hash for head, hash_ in zip(some, found, strict=True)):
            return False
    return True


def _another(recorded: NewestCheckpoint, place: str) -> str:
    return (
        f"The sink {place} is not the one that the checkpoints of this database are kept in (sink {recorded.sink}, "
        f"checkpoint {recorded.number}): name that one in MODELBOOK_CHECKPOINT_SINK. This process writes none."
    )
