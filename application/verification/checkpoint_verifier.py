"""Verifies checkpoints and proofs, and signs proofs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from application.ports.clock import Clock
from application.verification.checkpoint_reader import CheckpointReader
from application.verification.checkpoint_storage import CheckpointKey, CheckpointSink, Signatures
from application.verification.verification_proofs import Proof, signed_proof


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointVerifier:
    """Reads the checkpoints of a sink, and verifies proofs that were made with its key; none without sink and key."""

    signatures: Signatures
    clock: Clock
    sink: CheckpointSink | None = None
    key: CheckpointKey | None = None

    @property
    def public_key(self) -> bytes | None:
        """The public half of the key."""
        return None if self.key is None else self.key.public_key

    def reader(self) -> CheckpointReader | None:
        """Return what reads the checkpoints, none where none are kept."""
        if self.sink is None or self.key is None:
            return None
        return CheckpointReader(self.sink, self.signatures, self.key.public_key)

    def has_signed(self, proof: Proof) -> bool:
        """Return whether this service, or another with its key, has proved it."""
        if self.sink is None or self.key is None:
            return False
        return self.signatures.is_right(self.key.public_key, proof.signed_bytes(), proof.signature)

    async def signed_proofs(self, heads: Iterable[tuple[UUID, int, bytes]], *, checkpoint: int) -> list[Proof]:
        """Return proofs of the events up to heads, each given as its organization, sequence number and hash."""
        if self.key is None:
            return []
        at = self.clock.now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return [await signed_proof(self.key, head, checkpoint=checkpoint, at=at) for head in heads]
