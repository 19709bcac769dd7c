"""What was proved, in words and JSON: for the API and for the command line."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from uuid import UUID

    from application.queries.verify_log import Verification
    from application.verification.checkpoints import Checkpoint
    from application.verification.findings import Finding


_APPENDED: Final = (
    "Whoever rules the database can add events at the end of the log through its own function, in anybody's name: they "
    "are chained and vouched for as any other."
)
_AHEAD: Final = (
    "The newest event is dated {seconds} seconds in the future: the database's clock was ahead when it was recorded. "
    "Until the clock has caught up, times up to now do not tell of it."
)
_KEPT: Final = (
    "Checkpoints prove as much as the place that keeps them: whoever can write there and has their key can make log "
    "and checkpoints anew."
)


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
        "proven": _proven(verification, organization_id),
        "unproven": _unproven(verification, organization_id),
        "warnings": _warnings(verification),
    }


def _warnings(verification: Verification) -> list[str]:
    """Return what is no finding, since all was recorded so, but wrong all the same."""
    if not verification.seconds_ahead:
        return []
    return [_AHEAD.format(seconds=round(verification.seconds_ahead))]


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return one finding; what the log does not tell is null."""
    return {
        "kind": finding.kind,
        "organizationId": finding.organization_id,
        "sequence": finding.sequence,
        "position": finding.sequence,
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


def _proven(verification: Verification, organization_id: UUID | None) -> dict[str, Any]:
    """Return up to where the log is what was written, and what that means."""
    last = _vouched(verification, organization_id)
    unit = "Position" if organization_id is None else "Sequence"
    if verification.findings:
        return {f"through{unit}": None, "statement": "The log is not what was written: see the findings."}
    checkpoint = verification.checkpoint
    if checkpoint is None or not last:
        return {f"through{unit}": None, "statement": "The events follow each other and are what their hashes say."}
    since = "" if verification.first_checkpoint in {None, 1} else f" from number {verification.first_checkpoint} on"
    statement = (
        f"{_through(last, organization_id)} are there, in their order and as they were when the checkpoints"
        f"{since} saw them, the newest at {checkpoint.at}: none was edited, removed, inserted, exchanged or chained"
        " anew."
    )
    return {f"through{unit}": last, "statement": statement}


def _through(last: int, organization_id: UUID | None) -> str:
    return f"The {last} events" if organization_id is None else f"All events up to sequence {last}"


def _unproven(verification: Verification, organization_id: UUID | None) -> dict[str, Any]:
    """Return what nothing can prove: the events since the newest checkpoint, which could be cut off or chained anew."""
    last = _vouched(verification, organization_id)
    end, unit = verification.last_sequence, "Sequence"
    if organization_id is None:
        end, unit = verification.log_events, "Position"
    count = max(0, end - last)
    return {
        f"from{unit}": last + 1 if count else None,
        "events": count,
        "statement": _statement(verification.unchecked, count),
        "limits": [_APPENDED, _KEPT],
    }


def _vouched(verification: Verification, organization_id: UUID | None) -> int:
    """Return the last sequence number that a checkpoint vouches for, or how many events of all organizations."""
    if organization_id is None:
        return 0 if verification.checkpoint is None else verification.checkpoint.position
    return 0 if verification.vouched is None else verification.vouched.org_sequence


def _statement(unchecked: str | None, count: int) -> str:
    if unchecked is not None:
        return f"Only the chain was checked; that it was not cut off or made anew, nothing proves: {unchecked}"
    if count == 0:
        return "Every event is covered by the newest checkpoint."
    if count == 1:
        return (
            "The newest event came after the newest checkpoint. It is chained, but nothing can prove yet that it was "
            "not cut off or made anew."
        )
    return (
        f"The newest {count} events came after the newest checkpoint. They are chained, but nothing can prove yet that "
        "none of them was cut off or made anew."
    )
