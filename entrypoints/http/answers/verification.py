"""Schemas of answers about verification and checkpoints."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from entrypoints.http.answers.response_model import ResponseModel, TimeText, at


class Finding(ResponseModel):
    """What is not as it was written, the first of its log. Sequence and position name the first of `count` events."""

    kind: Literal["edited", "deleted", "inserted", "truncated", "re-chained", "out-of-order", "credential"]
    organization_id: UUID | None
    sequence: int | None
    position: Annotated[int | None, at("sequence")]
    count: int
    message: str


class Checkpoint(ResponseModel):
    """A signed statement of where logs ended, kept outside the database. The key is Ed25519, in base64.

    It is over `heads` logs: those that had changed since the checkpoint before it, or all of them.
    """

    number: int
    at: TimeText
    covers: Literal["changed", "all"]
    heads: int
    root: str
    key_id: str
    public_key: str | None


class FirstCheckpoint(ResponseModel):
    """The oldest checkpoint there is: those before it were archived, or taken away."""

    number: int
    at: TimeText


class Proven(ResponseModel):
    """What is proved: events up to this sequence number; null where there are findings, or no checkpoints."""

    through_sequence: int | None
    statement: str


class Uncovered(ResponseModel):
    """Events of an organization that no checkpoint has seen yet, and since when."""

    organization_id: UUID
    from_sequence: Annotated[int, at("first")]
    events: int
    since: datetime | None


class Unproven(ResponseModel):
    """The events that no checkpoint has seen: chained, but not yet proved to be whole; and what no answer proves."""

    from_sequence: int | None
    events: int
    since: datetime | None
    organizations: list[Uncovered]
    statement: str
    limits: list[str]


class LostEvents(ResponseModel):
    """Events that checkpoints have seen and a restored backup does not have."""

    organization_id: UUID
    from_sequence: Annotated[int, at("first")]
    to_sequence: Annotated[int, at("last")]


class Restore(ResponseModel):
    """What somebody stated of a restore, with the checkpoint that records it."""

    checkpoint: int
    at: TimeText
    reason: str
    actor: str
    number_in_database: int
    number_in_sink: int
    lost: list[LostEvents]


class StatedRestore(ResponseModel):
    """The checkpoint that states a restore, and its statement."""

    checkpoint: Checkpoint
    restored: Restore


class LogVerification(ResponseModel):
    """Whether the log of an organization, or of all of them together, is what was written."""

    intact: bool
    organization_id: UUID | None
    organizations: int
    events: int
    proved_before: int
    findings: list[Finding]
    checkpoint: Checkpoint | None
    first_checkpoint: FirstCheckpoint | None
    restores: list[Restore]
    proven: Proven
    unproven: Unproven
    warnings: list[str]


class Verification(LogVerification):
    """Whether the organization's log is what was written. `checkpoint` is null where there is none to compare with.

    Of the `events`, `provedBefore` were hashed by an earlier verification and looked at by the database this time.
    """

    organization_id: UUID
