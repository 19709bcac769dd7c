"""Checkpoints read from the beginning: what they vouch for, and whether they vouch for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.verification.checkpoints import (
    BEGINNING,
    MalformedCheckpoint,
    line_hash,
    moved_hash,
    parse_line,
    signed_bytes,
)
from application.verification.findings import Finding
from application.verification.merkle import root

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from application.ports.checkpoints import CheckpointSink, Signatures
    from application.verification.checkpoints import Checkpoint, CheckpointLine, HeadLeaf, SignedCheckpoint


class CheckpointReader:
    """Reads a sink once. `last` is the newest checkpoint, `findings` what is wrong with the sink itself.

    `heads` are those of the newest checkpoint, by organization, kept only where `keep_heads` says so.
    """

    def __init__(self, sink: CheckpointSink, signatures: Signatures, public_key: bytes, *, keep_heads: bool) -> None:
        self._sink = sink
        self._signatures = signatures
        self._public_key = public_key
        self._keep_heads = keep_heads
        self._torn: int | None = None
        self._number = 0
        self._previous = BEGINNING
        self.heads: dict[UUID, HeadLeaf] = {}
        self.last: SignedCheckpoint | None = None
        self.findings: list[Finding] = []

    async def lines(self) -> AsyncIterator[CheckpointLine]:
        """Give every checkpoint with the heads that moved, then check the newest one's signature and tree.

        Raises:
            SinkUnusable: the sink cannot be read.
        """
        number = 0
        line: CheckpointLine | None = None
        async for content in self._sink.lines():
            number += 1
            if not content:
                continue
            try:
                line = parse_line(content)
            except MalformedCheckpoint:
                # A writer that died leaves half a line, and the next checkpoint follows the one before it.
                self._torn = number
                continue
            self._take(line, line_hash(content))
            yield line
        if line is not None:
            self._check_the_last(line)
        if self._torn is not None:
            self._find(f"Line {self._torn} of the checkpoints cannot be read.")

    def _take(self, line: CheckpointLine, hash_: str) -> None:
        checkpoint = line.signed.checkpoint
        if checkpoint.number != self._number + 1 or checkpoint.previous != self._previous:
            self._find(f"Checkpoint {checkpoint.number} does not follow the one before it: the file was changed.")
        else:
            self._torn = None
        if self._keep_heads:
            self.heads.update((head.organization_id, head) for head in line.moved)
        self._number, self._previous, self.last = checkpoint.number, hash_, line.signed

    def _check_the_last(self, line: CheckpointLine) -> None:
        checkpoint = line.signed.checkpoint
        if not is_signed(line.signed, self._signatures, self._public_key):
            self._find(f"Checkpoint {checkpoint.number} is not signed with the key that is known (or is another's).")
        if moved_hash(line.moved) != checkpoint.moved:
            self._find(f"Checkpoint {checkpoint.number} was signed with other heads than it lists.")
        if self._keep_heads and not self._has_its_root(checkpoint):
            self._find(
                f"Checkpoint {checkpoint.number} is over other heads than were told: one changed without a new event."
            )

    def _has_its_root(self, checkpoint: Checkpoint) -> bool:
        leaves = [self.heads[organization_id].leaf for organization_id in sorted(self.heads, key=lambda id_: id_.bytes)]
        return len(leaves) == checkpoint.organizations and root(leaves).hex() == checkpoint.root

    def _find(self, message: str) -> None:
        self.findings.append(Finding(kind="edited", organization_id=None, sequence=None, message=message))


def is_signed(signed: SignedCheckpoint, signatures: Signatures, public_key: bytes) -> bool:
    """Tell whether the checkpoint was signed with the private half of this key."""
    return signatures.is_right(public_key, signed_bytes(signed.checkpoint), signed.signature)
