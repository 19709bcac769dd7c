"""The outcome of a verification as text and JSON, for the API and the command line."""

from base64 import b64encode
from datetime import datetime
from typing import Final
from uuid import UUID

from application.plurals import counted
from application.verification.checkpoints import Checkpoint
from application.verification.record_restore import RecordedRestore
from application.verification.restore_statements import RestoreStatement
from application.verification.verify_log import Verification
from entrypoints.http.answers import verification as answers

_MOST: Final = 100
_APPENDED: Final = (
    "Whoever administers the database can add events at the end of the log through its own function, in anybody's "
    "name: they are chained and vouched for as any other."
)
_AHEAD: Final = (
    "The newest event is dated {seconds} seconds in the future: the database's clock was ahead when it was recorded. "
    "Until the clock has caught up, states as of a time up to now do not include it."
)
_KEPT: Final = (
    "Checkpoints prove as much as the place that keeps them: whoever administers the database and can delete there "
    "can set both back to an earlier checkpoint, and with their key rebuild both."
)


def verification_answer(
    verification: Verification, *, organization_id: UUID | None, public_key: bytes | None
) -> answers.LogVerification:
    """Return the outcome of a verification of one organization's log, or of all."""
    return answers.LogVerification.model_validate(
        {
            "intact": not verification.findings,
            "organization_id": organization_id,
            "organizations": verification.organizations,
            "events": verification.events,
            "proved_before": verification.proved_before,
            "findings": verification.findings,
            "checkpoint": checkpoint_answer(verification.checkpoint, public_key),
            "first_checkpoint": verification.begins,
            "restores": [
                _restore(restore.number, restore.at, restore.statement, organization_id)
                for restore in verification.restores
            ],
            "proven": _proven(verification, organization_id),
            "unproven": _unproven(verification, organization_id),
            "warnings": _warnings(verification),
        }
    )


def _warnings(verification: Verification) -> list[str]:
    """Return what is no finding, since all was recorded so, but wrong all the same."""
    if not verification.seconds_ahead:
        return []
    return [_AHEAD.format(seconds=round(verification.seconds_ahead))]


def restored_answer(stated: RecordedRestore, *, public_key: bytes | None) -> answers.StatedRestore:
    """Return what was stated of a restore."""
    checkpoint = stated.checkpoint
    restored = _restore(checkpoint.number, checkpoint.at, stated.statement, None)
    return answers.StatedRestore.model_validate(
        {"checkpoint": checkpoint_answer(checkpoint, public_key), "restored": restored}
    )


def checkpoint_answer(checkpoint: Checkpoint | None, public_key: bytes | None) -> answers.Checkpoint | None:
    """Return a checkpoint with the public key that its signature is checked with."""
    if checkpoint is None:
        return None
    return answers.Checkpoint(
        number=checkpoint.number,
        at=checkpoint.at,
        covers=checkpoint.covers,
        heads=checkpoint.heads,
        root=checkpoint.root,
        key_id=checkpoint.key_id,
        public_key=None if public_key is None else b64encode(public_key).decode("ascii"),
    )


def _restore(number: int, at: str, statement: RestoreStatement, only: UUID | None) -> answers.Restore:
    """Return a statement with all that was lost, or with what one organization has lost."""
    return answers.Restore(
        checkpoint=number,
        at=at,
        reason=statement.reason,
        actor=statement.actor,
        number_in_database=statement.number_in_database,
        number_in_sink=statement.number_in_sink,
        lost=[
            answers.LostEvents.model_validate(lost) for lost in statement.lost if only in {None, lost.organization_id}
        ],
    )


def _proven(verification: Verification, organization_id: UUID | None) -> answers.Proven:
    """Return up to where the log is what was written, and what that means."""
    if verification.findings:
        return answers.Proven(through_sequence=None, statement="The log is not what was written: see the findings.")
    checkpoint, first = verification.checkpoint, verification.begins
    covered = verification.vouched_sequence if organization_id else verification.events - _open_events(verification)
    if checkpoint is None or covered <= 0:
        return answers.Proven(through_sequence=None, statement="The events follow each other and match their hashes.")
    since = "" if first is None or first.number == 1 else f" from number {first.number} of {first.at} on"
    what = f"All events up to sequence {covered}" if organization_id else f"All of {counted(covered, 'event')}"
    statement = (
        f"{what} are there, in their order and as they were when the checkpoints{since} saw them, the newest at "
        f"{checkpoint.at}: none was edited, removed, inserted, exchanged or re-chained."
    )
    if verification.restores:
        statement += " Events that restored backups have lost are listed."
    return answers.Proven(through_sequence=covered if organization_id else None, statement=statement)


def _unproven(verification: Verification, organization_id: UUID | None) -> answers.Unproven:
    """Return what cannot be proved: the events since the newest checkpoint, which could be cut off or re-chained."""
    uncovered = verification.uncovered
    since = min((each.since for each in uncovered if each.since is not None), default=None)
    return answers.Unproven(
        from_sequence=uncovered[0].first if uncovered and organization_id else None,
        events=_open_events(verification),
        since=since,
        organizations=[answers.Uncovered.model_validate(each) for each in uncovered[:_MOST]],
        statement=_statement(verification.unchecked, _open_events(verification), since),
        limits=[_APPENDED, _KEPT],
    )


def _open_events(verification: Verification) -> int:
    return sum(each.events for each in verification.uncovered)


def _statement(unchecked: str | None, count: int, since: datetime | None) -> str:
    if unchecked is not None:
        return f"Only the chain was checked; nothing proves that it was not cut off or rebuilt: {unchecked}"
    if count == 0:
        return "Every event is covered by the newest checkpoint."
    came = "" if since is None else f", since {since.isoformat(timespec='seconds').replace('+00:00', 'Z')}"
    if count == 1:
        return (
            f"The newest event came after the newest checkpoint{came}. It is chained, but nothing can prove yet that "
            "it was not cut off or rebuilt."
        )
    return (
        f"The newest {count} events came after the newest checkpoint{came}. They are chained, but nothing can prove "
        "yet that none of them was cut off or rebuilt."
    )
