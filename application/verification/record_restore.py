"""State that a backup was restored, or that checkpoints were taken away, so that checkpoints continue."""

from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from application.caller import Caller, acting_as
from application.errors import Conflict
from application.ports.clock import Clock
from application.ports.repositories import Organizations
from application.verification.checkpoint_agreement import SinkEnd, end_of, expect_agreement, parse_mark
from application.verification.checkpoint_reader import CheckpointReader
from application.verification.checkpoint_storage import (
    AnotherSink,
    CheckpointKey,
    CheckpointRegister,
    CheckpointsDisagree,
    CheckpointSink,
    NewestCheckpoint,
    Signatures,
)
from application.verification.checkpoints import BEGINNING, Checkpoint
from application.verification.compare_with_checkpoints import CheckpointCheck
from application.verification.restore_statements import LostEvents, RestoreStatement
from application.verification.write_checkpoint import NextCheckpoint, append_checkpoint
from domain.organization.aggregate import Organization


class NoRestoreToRecord(Conflict):
    """The log has everything that its checkpoints have seen, and they are all there: there is nothing to state."""

    code = "nothing-restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRestore:
    """State who restored a backup, and why. Platform administrators only."""

    reason: str
    actor: str
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRestore:
    """The checkpoint that says so, and what it says."""

    checkpoint: Checkpoint
    statement: RestoreStatement


async def record_restore(
    command: RecordRestore,
    *,
    register: CheckpointRegister,
    sink: CheckpointSink,
    key: CheckpointKey,
    signatures: Signatures,
    organizations: Organizations,
    clock: Clock,
) -> RecordedRestore:
    """Write a checkpoint over all heads that names the events which are gone, and note them in each log.

    From then on their absence is no finding, but listed for ever. Broken off, it can be run again.

    Raises:
        NoRestoreToRecord: there is nothing to state.
        AnotherSink: these are the checkpoints of another sink.
        SinkUnusable, Unavailable: it could not be written.
    """
    async with sink.locked() as locked:
        end = await end_of(locked.newest)
        try:
            recorded = await expect_agreement(register, end, locked.mark, sink.place)
        except AnotherSink:
            raise
        except CheckpointsDisagree:
            recorded = await register.newest()
        else:
            raise NoRestoreToRecord
        check = CheckpointCheck(CheckpointReader(sink, signatures, key.public_key), register.hashes)
        await check.run()
        place = _place(recorded, end, parse_mark(locked.mark))
        for lost in check.lost():
            await _note(command, lost, place, organizations)
        statement = RestoreStatement(
            reason=command.reason,
            actor=command.actor,
            number_in_database=0 if recorded is None else recorded.number,
            number_in_sink=0 if end is None else end.newest.number,
            lost=check.lost(),
        )
        heads = await register.all_heads()
        checkpoint, newest = await append_checkpoint(
            locked, place, heads, is_full=True, key=key, clock=clock, restored=statement
        )
        await register.record(newest, heads)
        return RecordedRestore(checkpoint=checkpoint, statement=statement)


def _place(recorded: NewestCheckpoint | None, end: SinkEnd | None, mark: NewestCheckpoint | None) -> NextCheckpoint:
    """Go on from the sink's last line, or from one that somebody knows; numbers are never given again."""
    known = [newest for newest in (None if end is None else end.newest, recorded, mark) if newest is not None]
    if not known:
        return NextCheckpoint(number=1, previous=BEGINNING, sink=uuid4().hex)
    number = max(newest.number for newest in known) + 1
    return NextCheckpoint(number=number, previous=known[0].hash, sink=known[0].sink)


async def _note(command: RecordRestore, lost: LostEvents, place: NextCheckpoint, organizations: Organizations) -> None:
    """Record the loss in the organization's log; one that is wholly gone, or was removed, has none to record it in."""
    caller = Caller(
        organization_id=lost.organization_id,
        actor=command.actor,
        command_id=uuid5(UUID(int=0), f"restored {place.previous} {place.number} {lost.organization_id}"),
        correlation_id=command.correlation_id,
        reason=command.reason,
    )
    with acting_as(caller):
        if not await organizations.has_log():
            return
        organization = await organizations.find(lost.organization_id)
        if organization is None:
            # Nobody has named it; an aggregate begins with its registration all the same.
            organization = Organization.register(lost.organization_id, name=str(lost.organization_id))
        if not organization.is_removed:
            organization.restore(lost.first, lost.last)
            await organizations.save(organization)
