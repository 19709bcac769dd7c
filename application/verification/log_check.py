"""Checks the hash chains of all organizations in a log, several at a time, and what is outside of the chains."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Final
from uuid import UUID

from application.end_tasks import end_tasks
from application.run_in_thread import run_in_thread_if_large
from application.verification.chain_check import ChainCheck
from application.verification.checkpoint_reader import CheckpointReader
from application.verification.checkpoint_verifier import CheckpointVerifier
from application.verification.checkpoints import BETWEEN_FULL
from application.verification.hash_chain import Head
from application.verification.log_findings import Kind, LogFinding
from application.verification.raw_events import EventsWithoutHead, RawEvents, Span, WrongCredential
from application.verification.verification_proofs import Proof

_HEADS: Final = 200
_AT_ONCE: Final = 4
_PLACES: Final = 1_000


@dataclass(slots=True)
class Tally:
    """What was checked, and the findings."""

    done: int = 0
    proved_before: int = 0
    heads: dict[UUID, Head] = field(default_factory=dict)
    proofs: dict[UUID, Proof] = field(default_factory=dict)
    findings: list[LogFinding] = field(default_factory=list)


class LogCheck:
    """Checks all organizations in the log, each on its own."""

    def __init__(
        self, log: RawEvents, checkpoints: CheckpointVerifier, *, full: bool, progress: Callable[[int], None]
    ) -> None:
        self._log = log
        self._checkpoints = checkpoints
        self._full = full
        self._progress = progress
        self._turn = asyncio.Lock()
        self._after: bytes | None = None
        self._is_over = False
        self._tally = Tally()

    async def run(self) -> Tally:
        """Check the log and return the findings.

        Raises:
            Unavailable: the database cannot be reached.
        """
        tasks = [asyncio.create_task(self._work()) for _ in range(_AT_ONCE)]
        try:
            await asyncio.gather(*tasks)
        finally:
            await end_tasks(*tasks)
        return self._tally

    async def keep_proofs(self, findings: Sequence[LogFinding], reader: CheckpointReader) -> None:
        """Store the proofs of organizations that have new events and no findings.

        That of one organization alone is also renewed when it is a part of the sink old, so that a verification reads
        no more than two parts besides what was written since the one before.
        """
        wrong = {finding.organization_id for finding in findings}
        if reader.end is None or None in wrong:
            return
        proofs, heads = self._tally.proofs, self._tally.heads
        too_old = reader.end[0] - BETWEEN_FULL if len(heads) == 1 else -1
        known = {id_: proof.org_sequence for id_, proof in proofs.items() if proof.checkpoint > too_old}
        grown = [
            (id_, head.org_sequence, head.hash)
            for id_, head in heads.items()
            if id_ not in wrong and head.org_sequence > known.get(id_, 0)
        ]
        made = await self._checkpoints.signed_proofs(grown, checkpoint=reader.end[0])
        for start in range(0, len(made), _PLACES):
            await self._log.keep_proofs(made[start : start + _PLACES])

    async def _work(self) -> None:
        while heads := await self._next_heads():
            await self._check(heads)

    async def _next_heads(self) -> Sequence[Head]:
        async with self._turn:
            heads = [] if self._is_over else list(await self._log.heads(self._after, _HEADS))
            self._is_over = len(heads) < _HEADS
            self._after = heads[-1].organization_id if heads else None
            return heads

    async def _check(self, heads: Sequence[Head]) -> None:
        tally = self._tally
        proofs = await self._proofs(heads)
        ids = [UUID(bytes=head.organization_id) for head in heads]
        checks = {id_: ChainCheck(id_.bytes, _proved(proofs.get(id_))) for id_ in ids}
        ends = dict(zip(ids, heads, strict=True))
        starts = {id_: proofs[id_].org_sequence if id_ in proofs else 0 for id_ in ids}
        tally.done += sum(starts.values())
        tally.proved_before += sum(starts.values())
        spans = [Span(id_, starts[id_], ends[id_].org_sequence) for id_ in ids if starts[id_] < ends[id_].org_sequence]
        async for batch in self._log.events(spans):
            for organization_id, grouped in groupby(batch, key=itemgetter(0)):
                check, events = checks[UUID(bytes=organization_id)], list(grouped)
                if unknown := check.unknown_aggregates(events):
                    proved = Span(check.organization_id, 0, starts[check.organization_id])
                    check.know(await self._log.revisions(proved, unknown))
                await run_in_thread_if_large(events, lambda check=check, events=events: check.take(events))  # type: ignore[misc]
            tally.done += len(batch)
            self._progress(tally.done)
        found = [check.finish(ends[id_]) for id_, check in checks.items()]
        tally.findings += [finding for finding in found if finding is not None]
        tally.findings += await self._beside(ids, {finding.organization_id for finding in found if finding})
        tally.heads.update(ends)
        tally.proofs.update(proofs)

    async def _beside(self, ids: Sequence[UUID], wrong: set[UUID | None]) -> list[LogFinding]:
        """Return the findings outside of the chains."""
        detail = "These events come after the last event that the organization's head names."
        beyond = [stray_finding("inserted", stray, detail) for stray in await self._log.beyond(ids)]
        credentials = [_credential(wrong) for wrong in await self._log.wrong_credentials(ids)]
        return [finding for finding in beyond if finding.organization_id not in wrong] + credentials

    async def _proofs(self, heads: Sequence[Head]) -> dict[UUID, Proof]:
        """Return the usable proofs: those with our signature whose events the database found unchanged."""
        if self._full:
            return {}
        ends = {UUID(bytes=head.organization_id): head for head in heads}
        proofs = [
            proof
            for proof in await self._log.proofs(list(ends))
            if 0 < proof.org_sequence <= ends[proof.organization_id].org_sequence
            and self._checkpoints.has_signed(proof)
        ]
        whole = await self._log.unchanged(
            [Head(proof.organization_id.bytes, proof.org_sequence, proof.hash) for proof in proofs]
        )
        return {proof.organization_id: proof for proof, is_whole in zip(proofs, whole, strict=True) if is_whole}


def _proved(proof: Proof | None) -> Head | None:
    return None if proof is None else Head(proof.organization_id.bytes, proof.org_sequence, proof.hash)


def stray_finding(kind: Kind, stray: EventsWithoutHead, message: str) -> LogFinding:
    """Return the finding for events without a head."""
    return LogFinding(
        kind=kind, organization_id=stray.organization_id, sequence=stray.first, count=stray.count, message=message
    )


def _credential(wrong: WrongCredential) -> LogFinding:
    stored = "no version of it" if wrong.stored is None else f"version {wrong.stored}"
    recorded = "has no key" if wrong.recorded is None else f"has version {wrong.recorded}"
    return LogFinding(
        kind="credential",
        organization_id=wrong.organization_id,
        sequence=None,
        message=f"Of the key of provider {wrong.provider_id}, {stored} is stored; by the log it {recorded}.",
    )
