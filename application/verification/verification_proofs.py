"""What was proved before, signed, so that the next verification can go on from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.verification.canonical_json import canonical_json

if TYPE_CHECKING:
    from uuid import UUID

    from application.verification.checkpoint_storage import CheckpointKey

_FORMAT: Final = "modelbook/proof/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The events of an organization up to a sequence number were read and hashed, the last one to this hash.

    They were compared with all checkpoints up to `checkpoint`, the number of one; 0: with none. `at` is a time in
    RFC 3339.
    """

    organization_id: UUID
    org_sequence: int
    hash: bytes
    checkpoint: int
    at: str
    signature: bytes = b""

    def signed_bytes(self) -> bytes:
        """Return what is signed."""
        return canonical_json(
            [_FORMAT, str(self.organization_id), self.org_sequence, self.hash.hex(), self.checkpoint, self.at]
        )


async def signed_proof(key: CheckpointKey, head: tuple[UUID, int, bytes], *, checkpoint: int, at: str) -> Proof:
    """Return a proof of the events up to a head, given as its organization, its sequence number and its hash."""
    organization_id, org_sequence, hash_ = head
    proof = Proof(organization_id=organization_id, org_sequence=org_sequence, hash=hash_, checkpoint=checkpoint, at=at)
    return Proof(
        organization_id=organization_id,
        org_sequence=org_sequence,
        hash=hash_,
        checkpoint=checkpoint,
        at=at,
        signature=await key.sign(proof.signed_bytes()),
    )
