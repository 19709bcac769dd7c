"""Records written to and read from the event log."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from application.access_keys.access_keys import SecretDigest
from application.caller import current_caller
from application.command_outcome import CommandOutcome
from application.members.members import MemberDocument
from application.ports.vault import SealedCredential


@dataclass(frozen=True)
class LedgerStoredEvent(StoredEvent):
    """A stored event with its time in the database and its position in the organization's log."""

    recorded_at: datetime
    position: int


@dataclass(frozen=True)
class LedgerNotification(Notification):
    """An event in the order of the organization's log."""

    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """The context of an append: the caller, what changes with it beside the log, and where to note the outcome.

    `destroyed` are ids of providers and access keys.
    """

    organization_id: UUID
    actor: str
    command_id: UUID
    correlation_id: str
    reason: str | None = None
    sealed: Sequence[SealedCredential] = ()
    digests: Sequence[SecretDigest] = ()
    documents: Sequence[MemberDocument] = ()
    destroyed: Sequence[UUID] = field(default=())
    outcome: CommandOutcome = field(default_factory=CommandOutcome, compare=False, repr=False)


def append_for_caller(
    sealed: Sequence[SealedCredential] = (),
    destroyed: Sequence[UUID] = (),
    digests: Sequence[SecretDigest] = (),
    documents: Sequence[MemberDocument] = (),
) -> Append:
    """Return an append on the current caller's behalf."""
    caller = current_caller()
    return Append(
        organization_id=caller.organization_id,
        actor=caller.actor,
        command_id=caller.command_id,
        correlation_id=caller.correlation_id,
        reason=caller.reason,
        outcome=caller.outcome,
        sealed=sealed,
        digests=digests,
        documents=documents,
        destroyed=destroyed,
    )
