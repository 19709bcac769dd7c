"""The log compared with what checkpoints said of it: finds what a chain that was made anew does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from application.verification.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.ports.stored_log import StoredLog
    from application.verification.anchors import CheckpointReader
    from application.verification.checkpoints import HeadLeaf

_BATCH: Final = 1_000


class CheckpointCheck:
    """Compares each head that a checkpoint told with the event that stands there now."""

    def __init__(self, reader: CheckpointReader, log: StoredLog, only: UUID | None = None) -> None:
        self._reader = reader
        self._log = log
        self._only = only
        self._right: dict[UUID, int] = {}
        self.vouched: HeadLeaf | None = None
        """The last head of the one organization that is looked at."""
        self.findings: dict[UUID, Finding] = {}
        """The first difference of each organization."""

    async def run(self) -> None:
        """Read all checkpoints and compare.

        Raises:
            Unavailable: the sink or the database cannot be read.
        """
        told: list[HeadLeaf] = []
        async for heads in self._reader.told(self._only):
            told += heads
            if len(told) >= _BATCH:
                await self._compare(told)
                told = []
        await self._compare(told)

    async def _compare(self, told: Sequence[HeadLeaf]) -> None:
        if not told:
            return
        found = await self._log.hashes([(head.organization_id, head.org_sequence) for head in told])
        for head, hash_ in zip(told, found, strict=True):
            if head.organization_id in self.findings:
                continue
            if hash_ != head.hash:
                self.findings[head.organization_id] = _difference(head, hash_, self._right.get(head.organization_id, 0))
            else:
                self._right[head.organization_id] = head.org_sequence
        if self._only is not None:
            self.vouched = told[-1]


def _difference(head: HeadLeaf, found: bytes | None, right_until: int) -> Finding:
    first = right_until + 1
    where = (
        f"event {head.org_sequence}" if first == head.org_sequence else f"one of events {first} to {head.org_sequence}"
    )
    if found is None:
        return Finding(
            kind="truncated",
            organization_id=head.organization_id,
            sequence=first,
            count=head.org_sequence - right_until,
            message=f"A checkpoint has seen event {head.org_sequence}; it is gone.",
        )
    return Finding(
        kind="re-chained",
        organization_id=head.organization_id,
        sequence=first,
        count=head.org_sequence - right_until,
        message=f"A checkpoint saw another hash at event {head.org_sequence}: {where} was changed and chained anew.",
    )
