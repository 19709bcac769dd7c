"""Signed proofs of earlier verifications, from which the next one continues."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.verification.canonical_json import canonical_json
from application.verification.checkpoint_storage import CheckpointKey

_FORMAT: Final = "modelbook/proof/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Proves that the events of an organization up to a sequence number were verified, and the hash of the last one.

    They were compared with all checkpoints up to the number `checkpoint`; 0 is none. `at` is a time in RFC 3339.
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
    """Return the signed proof of the events up to a head."""
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
