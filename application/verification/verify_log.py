"""Prove the live log: every event of one organization, or of all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application.verification.checkpoint_agreement import parse_mark
from application.verification.checkpoint_reader import CheckpointReader, ReadCheckpoint
from application.verification.checkpoint_storage import SinkUnusable
from application.verification.checkpoint_verifier import CheckpointVerifier
from application.verification.checkpoints import Checkpoint
from application.verification.compare_with_checkpoints import CheckpointCheck, Restore
from application.verification.hash_chain import Head
from application.verification.log_check import LogCheck, stray_finding
from application.verification.log_findings import LogFinding
from application.verification.raw_events import RawEvents
from application.verification.verification_proofs import Proof

_PLACES: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """Events of an organization that no checkpoint has seen: from a sequence number on, how many, since when."""

    organization_id: UUID
    first: int
    events: int
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was proved. Nothing can be said about the events after the newest checkpoint but that they are chained.

    `proved_before` is how many of the events were hashed here by an earlier verification, and this time by the
    database alone. `vouched_sequence` is the last event of the one organization that a checkpoint has seen,
    `last_sequence` where its log ends. `begins` is the oldest checkpoint that was read: those before it were archived,
    or, for one organization, compared with by an earlier verification. `unchecked` says why checkpoints were not
    compared with.
    `seconds_ahead` is by how much a newest event is dated in the future of the clock.
    """

    organizations: int
    events: int
    proved_before: int
    findings: Sequence[LogFinding]
    checkpoint: Checkpoint | None
    begins: ReadCheckpoint | None
    vouched_sequence: int
    last_sequence: int
    uncovered: Sequence[Uncovered]
    seconds_ahead: float
    restores: Sequence[Restore]
    unchecked: str | None


async def verify_log(
    *,
    log: RawEvents,
    checkpoints: CheckpointVerifier,
    only: UUID | None = None,
    full: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Verification:
    """Return what is wrong and what is proved; `progress` receives how many events were checked so far.

    Organizations are checked some at a time, on several connections. Of each, the events after the last proof are read
    and hashed here; those before it are looked at by the database, unless `full`. Viewers for their own organization;
    whoever has the administrator's database for all.

    Raises:
        Unavailable: the database cannot be reached.
    """
    check = LogCheck(log, checkpoints, full=full, progress=progress)
    tally = await check.run()
    detail = "The head of the organization is gone."
    tally.findings += [stray_finding("deleted", stray, detail) for stray in await log.strays()]
    reader, seen, unchecked = await _compared(log, checkpoints, tally.proofs, only)
    findings = list(tally.findings)
    if reader is not None and seen is not None:
        findings += [*reader.findings, *_further(seen.findings(), findings)]
        await check.keep_proofs(findings, reader)
    vouched = {} if seen is None else {id_: head.org_sequence for id_, head in seen.newest.items()}
    return Verification(
        organizations=len(tally.heads),
        events=tally.done,
        proved_before=tally.proved_before,
        findings=sorted(findings, key=lambda found: (str(found.organization_id or ""), found.sequence or 0)),
        checkpoint=None if reader is None or reader.last is None else reader.last.checkpoint,
        begins=None if reader is None else reader.first,
        vouched_sequence=0 if only is None else vouched.get(only, 0),
        last_sequence=tally.heads[only].org_sequence if only in tally.heads else 0,
        uncovered=await _uncovered(log, tally.heads, vouched),
        seconds_ahead=await log.seconds_ahead(),
        restores=[] if seen is None else [each for each in seen.restores if _concerns(each, only)],
        unchecked=unchecked,
    )


async def _compared(
    log: RawEvents, checkpoints: CheckpointVerifier, proofs: Mapping[UUID, Proof], only: UUID | None
) -> tuple[CheckpointReader | None, CheckpointCheck | None, str | None]:
    reader = checkpoints.reader()
    if reader is None:
        return None, None, "No checkpoints are kept here (MODELBOOK_CHECKPOINT_KEY)."
    reader.recorded = await log.newest_checkpoint()
    check = CheckpointCheck(reader, log.hashes, only, proofs)
    try:
        # Before the lines: those that are appended meanwhile are no less than what was noted.
        reader.marked = parse_mark(await reader.mark())
        await check.run()
    except SinkUnusable as error:
        return None, None, error.message
    recorded = await log.newest_checkpoint()
    known, there = 0 if recorded is None else recorded.number, reader.end[0] if reader.end else 0
    # The newest one may not be recorded yet.
    if there > known + 1:
        reader.findings.append(
            LogFinding(
                kind="truncated",
                organization_id=None,
                sequence=None,
                message=f"The sink {reader.place} has checkpoint {there}, but the database knows none after "
                f"{known}: it is older than its checkpoints.",
            )
        )
    return reader, check, None if reader.last else "There is no checkpoint yet."


async def _uncovered(log: RawEvents, heads: Mapping[UUID, Head], vouched: Mapping[UUID, int]) -> list[Uncovered]:
    """Return what no checkpoint has seen, by organization."""
    after = [(id_, vouched.get(id_, 0), head.org_sequence) for id_, head in heads.items()]
    open_ends = [(id_, seen, end) for id_, seen, end in sorted(after) if seen < end]
    found = []
    for start in range(0, len(open_ends), _PLACES):
        some = open_ends[start : start + _PLACES]
        times = await log.times([(id_, seen + 1) for id_, seen, _ in some])
        found += [
            Uncovered(organization_id=id_, first=seen + 1, events=end - seen, since=since)
            for (id_, seen, end), since in zip(some, times, strict=True)
        ]
    return found


def _further(different: Mapping[UUID, LogFinding], known: Sequence[LogFinding]) -> list[LogFinding]:
    """Leave out what the chains have found already, at the same place or before."""
    detail = {finding.organization_id: finding.sequence or 0 for finding in known if finding.kind != "credential"}
    return [
        finding
        for organization_id, finding in different.items()
        if organization_id not in detail or (finding.sequence or 0) < detail[organization_id]
    ]


def _concerns(restore: Restore, only: UUID | None) -> bool:
    return only is None or any(lost.organization_id == only for lost in restore.statement.lost)
