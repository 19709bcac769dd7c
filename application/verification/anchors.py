"""Checkpoints read from the beginning: what they vouch for, and whether they vouch for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.verification.checkpoints import (
    BEGINNING,
    MalformedCheckpoint,
    line_hash,
    moved_hash,
    outline,
    parse_line,
    signed_bytes,
)
from application.verification.findings import Finding
from application.verification.merkle import root

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from application.ports.checkpoints import CheckpointSink, Signatures
    from application.verification.checkpoints import (
        Checkpoint,
        CheckpointLine,
        HeadLeaf,
        LineOutline,
        SignedCheckpoint,
    )


class CheckpointReader:
    """Reads a sink once, line by line. `last` is the newest checkpoint, `findings` what is wrong with the sink itself.

    `first_number` is that of the oldest checkpoint there is: those before it were archived. `heads` are those of the
    newest checkpoint, by organization, kept only where `keep_heads` says so.
    """

    def __init__(self, sink: CheckpointSink, signatures: Signatures, public_key: bytes, *, keep_heads: bool) -> None:
        self._sink = sink
        self._signatures = signatures
        self._public_key = public_key
        self._keep_heads = keep_heads
        self._torn: int | None = None
        self._number = 0
        self._previous = BEGINNING
        self.first_number: int | None = None
        self.heads: dict[UUID, HeadLeaf] = {}
        self.last: SignedCheckpoint | None = None
        self.findings: list[Finding] = []

    async def told(self, only: UUID | None = None, *, newest_part: bool = False) -> AsyncIterator[Sequence[HeadLeaf]]:
        """Give what each checkpoint says of heads, or of one of them; then check the newest one's signature and tree.

        Raises:
            SinkUnusable: the sink cannot be read.
        """
        newest = None
        number = 0
        async for content in self._sink.lines(newest_part=newest_part):
            number += 1
            line = outline(content)
            if line is None:
                # A writer that died leaves half a line, and the next checkpoint follows the one before it.
                self._torn = number if content else self._torn
                continue
            try:
                moved = line.moved(None if self._keep_heads else only)
                self._take(line, line_hash(content))
            except MalformedCheckpoint:
                self._torn = number
                continue
            newest = content
            if self._keep_heads:
                self.heads.update((head.organization_id, head) for head in moved)
            yield moved if only is None else [head for head in moved if head.organization_id == only]
        if newest is not None:
            self._finish(newest)
        if self._torn is not None:
            self._find(f"Line {self._torn} of the checkpoints cannot be read.")

    def _take(self, line: LineOutline, hash_: str) -> None:
        if self.first_number is None:
            self.first_number = line.number
            follows = line.is_full() if line.number > 1 else line.previous == BEGINNING
        else:
            follows = line.number == self._number + 1 and line.previous == self._previous
        if not follows:
            self._find(f"Checkpoint {line.number} does not follow the one before it: the file was changed.")
        else:
            self._torn = None
        self._number, self._previous = line.number, hash_

    def _finish(self, newest: bytes) -> None:
        try:
            line = parse_line(newest)
        except MalformedCheckpoint:
            self._find(f"Checkpoint {self._number} was written anew.")
            return
        self.last = line.signed
        self._check_the_last(line)

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
