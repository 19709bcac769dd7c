"""Compares the log with its checkpoints, which finds changes even if the whole hash chain was recomputed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.verification.checkpoint_reader import CheckpointReader, ReadCheckpoint
from application.verification.checkpoints import HeadLeaf
from application.verification.log_findings import LogFinding
from application.verification.restore_statements import LostEvents, RestoreStatement
from application.verification.verification_proofs import Proof

Hashes = Callable[[Sequence[tuple[UUID, int]]], Awaitable[Sequence[bytes | None]]]

_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Restore:
    """A stated restore, with the number and the time of the checkpoint that contains the statement."""

    number: int
    at: str
    statement: RestoreStatement


@dataclass(slots=True)
class _Seen:
    """The checkpointed heads of an organization: the last one that is still in the log, and those that are not."""

    kept: int = 0
    first_gone: int = 0
    last_gone: int = 0
    is_there: bool = False


class CheckpointCheck:
    """Compares each head of the checkpoints with the event that is at its position now.

    Heads that were compared for a proof are not compared again while the proof is valid: for one organization with a
    proof, older parts of the sink are not even read, nor those before it first appears. Heads that a restored backup
    has lost are no finding once the restore was stated.
    """

    def __init__(
        self,
        reader: CheckpointReader,
        hashes: Hashes,
        only: UUID | None = None,
        proofs: Mapping[UUID, Proof] | None = None,
    ) -> None:
        self._reader = reader
        self._hashes = hashes
        self._only = only
        self._proofs = proofs or {}
        self._seen: dict[UUID, _Seen] = {}
        self.newest: dict[UUID, HeadLeaf] = {}
        """The last head of each organization that a checkpoint has seen."""
        self.restores: list[Restore] = []

    async def run(self) -> None:
        """Read the checkpoints and compare.

        Raises:
            Unavailable: the sink or the database cannot be read.
        """
        heads: list[HeadLeaf] = []
        async for checkpoints in self._reader.checkpoints(self._only, since=await self._since()):
            for checkpoint in checkpoints:
                fresh = self._fresh(checkpoint)
                if checkpoint.restored is not None:
                    await self._compare(heads)
                    heads = []
                    self._excuse(checkpoint, checkpoint.restored)
                heads += fresh
            if len(heads) >= _BATCH:
                await self._compare(heads)
                heads = []
        await self._compare(heads)

    async def _since(self) -> int:
        """Return the number of the first checkpoint to compare with."""
        if self._only is None:
            return 0
        proof = self._proofs.get(self._only)
        return await self._reader.part_before(self._only) if proof is None else proof.checkpoint

    def findings(self) -> dict[UUID, LogFinding]:
        """Return the first difference of each organization."""
        return {
            organization_id: _difference(organization_id, seen)
            for organization_id, seen in self._seen.items()
            if seen.first_gone
        }

    def lost(self) -> list[LostEvents]:
        """Return the checkpointed events that are not in the log, as after the restore of a backup."""
        return [
            LostEvents(organization_id, seen.kept + 1, seen.last_gone)
            for organization_id, seen in self._seen.items()
            if seen.first_gone
        ]

    def _fresh(self, checkpoint: ReadCheckpoint) -> list[HeadLeaf]:
        """Return the heads that must be compared."""
        fresh = []
        for head in checkpoint.heads:
            self.newest[head.organization_id] = head
            proof = self._proofs.get(head.organization_id)
            if proof and checkpoint.number <= proof.checkpoint and head.org_sequence <= proof.org_sequence:
                self._seen[head.organization_id] = _Seen(kept=head.org_sequence)
            else:
                fresh.append(head)
        return fresh

    async def _compare(self, heads: Sequence[HeadLeaf]) -> None:
        for start in range(0, len(heads), _BATCH):
            some = heads[start : start + _BATCH]
            found = await self._hashes([(head.organization_id, head.org_sequence) for head in some])
            for head, hash_ in zip(some, found, strict=True):
                seen = self._seen.setdefault(head.organization_id, _Seen())
                if hash_ == head.hash:
                    seen.kept = seen.kept if seen.first_gone else head.org_sequence
                else:
                    seen.is_there = seen.is_there if seen.first_gone else hash_ is not None
                    seen.first_gone = seen.first_gone or head.org_sequence
                    seen.last_gone = max(seen.last_gone, head.org_sequence)

    def _excuse(self, checkpoint: ReadCheckpoint, statement: RestoreStatement) -> None:
        self.restores.append(Restore(checkpoint.number, checkpoint.at, statement))
        for lost in statement.lost:
            seen = self._seen.get(lost.organization_id)
            if seen is not None and lost.first <= seen.first_gone and seen.last_gone <= lost.last:
                self._seen[lost.organization_id] = _Seen(kept=seen.kept)


def _difference(organization_id: UUID, seen: _Seen) -> LogFinding:
    first, count = seen.kept + 1, seen.first_gone - seen.kept
    if not seen.is_there:
        return LogFinding(
            kind="truncated",
            organization_id=organization_id,
            sequence=first,
            count=count,
            message=f"A checkpoint has seen event {seen.first_gone}; it is gone.",
        )
    where = f"event {first}" if count == 1 else f"one of events {first} to {seen.first_gone}"
    return LogFinding(
        kind="re-chained",
        organization_id=organization_id,
        sequence=first,
        count=count,
        message=f"A checkpoint saw another hash at event {seen.first_gone}: {where} was changed and re-chained.",
    )
