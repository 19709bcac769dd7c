"""What was proved, in words and JSON: for the API and for the command line."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID

    from application.queries.verify_log import Verification
    from application.verification.checkpoints import Checkpoint
    from application.verification.findings import Finding


def verification_document(
    verification: Verification, *, organization_id: UUID | None, public_key: bytes | None
) -> dict[str, Any]:
    """Return the outcome of a verification of one organization's log, or of all."""
    findings = verification.findings
    return {
        "intact": not findings,
        "organizationId": organization_id,
        "organizations": verification.organizations,
        "events": verification.events,
        "findings": [finding_document(finding) for finding in findings],
        "checkpoint": checkpoint_document(verification.checkpoint, public_key),
        "unproven": _unproven(verification, organization_id),
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return one finding; what the log does not tell is null."""
    return {
        "kind": finding.kind,
        "organizationId": finding.organization_id,
        "sequence": finding.sequence,
        "position": finding.position,
        "count": finding.count,
        "message": finding.message,
    }


def checkpoint_document(checkpoint: Checkpoint | None, public_key: bytes | None) -> dict[str, Any] | None:
    """Return a checkpoint as the API shows it, with the public key that its signature is checked with."""
    if checkpoint is None:
        return None
    shown = asdict(checkpoint)
    return {
        "number": shown["number"],
        "at": shown["at"],
        "position": shown["position"],
        "organizations": shown["organizations"],
        "root": shown["root"],
        "keyId": shown["key_id"],
        "publicKey": None if public_key is None else b64encode(public_key).decode("ascii"),
    }


def _unproven(verification: Verification, organization_id: UUID | None) -> dict[str, Any]:
    """Return what nothing can prove: the events since the newest checkpoint, which could be cut off or chained anew."""
    if organization_id is not None:
        vouched = verification.vouched
        last = 0 if vouched is None else vouched.org_sequence
        count = max(0, verification.last_sequence - last)
        place = {"fromSequence": last + 1 if count else None}
    else:
        last = 0 if verification.checkpoint is None else verification.checkpoint.position
        count = max(0, verification.log_position - last)
        place = {"fromPosition": last + 1 if count else None}
    return {**place, "events": count, "statement": _statement(verification.unchecked, count)}


def _statement(unchecked: str | None, count: int) -> str:
    if unchecked is not None:
        return f"Only the chain was checked; that it was not cut off or made anew, nothing proves: {unchecked}"
    if count == 0:
        return "Every event is covered by the newest checkpoint."
    return (
        f"The newest {count} events came after the newest checkpoint. They are chained, but nothing can prove yet that "
        "none of them was cut off or made anew."
    )
