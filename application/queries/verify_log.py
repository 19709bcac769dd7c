"""Prove the live log: every event of one organization, or of all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from application.ports.checkpoints import SinkUnusable
from application.verification.against_checkpoints import CheckpointCheck
from application.verification.anchors import CheckpointReader
from application.verification.chain_check import ChainCheck
from application.verification.irregular import irregular_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from application.ports.checkpoints import CheckpointSink, Signatures
    from application.ports.stored_log import StoredLog
    from application.verification.checkpoints import Checkpoint, HeadLeaf
    from application.verification.findings import Finding
    from application.verification.stored import Head, StoredEvent

_HEADS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was proved. Nothing can be said of the events after the newest checkpoint but that they are chained.

    `vouched` is the head of the one organization that was looked at, as the newest checkpoint to name it has it;
    `last_sequence` is where its log ends. `log_events` is how many events the heads named at the beginning.
    `seconds_ahead` is by how much a newest event is dated in the future of the clock. `first_checkpoint` is the number
    of the oldest one that was compared with: those before it were archived. `unchecked` says why checkpoints were not
    compared with.
    """

    organizations: int
    events: int
    findings: Sequence[Finding]
    checkpoint: Checkpoint | None
    vouched: HeadLeaf | None
    last_sequence: int
    log_events: int
    seconds_ahead: float
    first_checkpoint: int | None
    unchecked: str | None


@dataclass(slots=True)
class _Tally:
    organizations: int = 0
    events: int = 0
    last_sequence: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointPorts:
    """Where checkpoints are kept, and what tells that they are right; no key, no comparison."""

    sink: CheckpointSink | None
    signatures: Signatures
    public_key: bytes | None


async def verify_log(
    *,
    log: StoredLog,
    checkpoints: CheckpointPorts,
    only: UUID | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Verification:
    """Return what is wrong and what is proved; `progress` is told how many events were checked so far.

    Viewers for their own organization; whoever has the administrator's database for all.

    Raises:
        Unavailable: the database cannot be reached.
    """
    log_events = await log.event_count()
    beside = asyncio.create_task(log.irregularities())
    try:
        tally = await _checked(log, progress)
        irregular = await beside
    finally:
        beside.cancel()
    findings = tally.findings + irregular_findings(irregular)
    reader, check, unchecked = await _compared(log, checkpoints, only)
    if reader is not None and check is not None:
        findings += [*reader.findings, *_news(check.findings, findings)]
    return Verification(
        organizations=tally.organizations,
        events=tally.events,
        findings=findings,
        checkpoint=reader.last.checkpoint if reader is not None and reader.last is not None else None,
        vouched=None if check is None else check.vouched,
        last_sequence=tally.last_sequence,
        log_events=log_events,
        seconds_ahead=await log.seconds_ahead(),
        first_checkpoint=None if reader is None else reader.first_number,
        unchecked=unchecked,
    )


async def _checked(log: StoredLog, progress: Callable[[int], None]) -> _Tally:
    """Check the chains of all organizations, some hundred at a time: memory does not grow with the log."""
    tally = _Tally()
    after: bytes | None = None
    while True:
        heads = await log.heads(after, _HEADS)
        if heads:
            await _check_chains(log, heads, tally, progress)
            after = heads[-1].organization_id
        if len(heads) < _HEADS:
            return tally


async def _check_chains(log: StoredLog, heads: Sequence[Head], tally: _Tally, progress: Callable[[int], None]) -> None:
    checks = {head.organization_id: (ChainCheck(head.organization_id), head) for head in heads}
    async for batch in log.events(heads[0].organization_id, heads[-1].organization_id):
        for organization_id, events in groupby(batch, key=itemgetter(0)):
            if organization_id in checks:
                check, head = checks[organization_id]
                check.take(_up_to(head, list(events)))
        progress(tally.events + sum(check.count for check, _ in checks.values()))
    for check, head in checks.values():
        tally.findings += check.finish(head)
        tally.events += check.count
        tally.last_sequence = head.org_sequence
    tally.organizations += len(checks)


def _up_to(head: Head, events: list[StoredEvent]) -> list[StoredEvent]:
    """Leave out events after the head: they were recorded since, or do not belong there, which is asked for itself."""
    end = head.org_sequence.to_bytes(8, "big")
    if events[-1][1] <= end:
        return events
    return [event for event in events if event[1] <= end]


async def _compared(
    log: StoredLog, checkpoints: CheckpointPorts, only: UUID | None
) -> tuple[CheckpointReader | None, CheckpointCheck | None, str | None]:
    if checkpoints.sink is None or checkpoints.public_key is None:
        return None, None, "No checkpoints are kept here (MODELBOOK_CHECKPOINT_KEY)."
    reader = CheckpointReader(checkpoints.sink, checkpoints.signatures, checkpoints.public_key, keep_heads=only is None)
    check = CheckpointCheck(reader, log, only)
    try:
        await check.run()
    except SinkUnusable as error:
        return None, None, error.message
    return reader, check, None if reader.last else "There is no checkpoint yet."


def _news(different: Mapping[UUID, Finding], known: Sequence[Finding]) -> list[Finding]:
    """Leave out what the chains have told already: an event that is missing or different where one was seen."""
    told = {
        (finding.organization_id, finding.sequence, finding.count)
        for finding in known
        if finding.kind in {"truncated", "deleted", "edited"}
    }
    ends = {(organization_id, (sequence or 0) + count) for organization_id, sequence, count in told}
    return [
        finding
        for finding in different.values()
        if (finding.organization_id, (finding.sequence or 0) + finding.count) not in ends
    ]
