"""Answers about proof."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from entrypoints.http.answers.shown import Shown


class Finding(Shown):
    """Something that is not as it was written. Sequence and position name the first of `count` events in a row."""

    kind: Literal["edited", "deleted", "inserted", "swapped", "truncated", "re-chained", "out-of-order"]
    organization_id: UUID | None
    sequence: int | None
    position: int | None
    count: int
    message: str


class Checkpoint(Shown):
    """A signed statement of where the log ended, kept outside the database. The key is Ed25519, in base64."""

    number: int
    at: datetime
    position: int
    organizations: int
    root: str
    key_id: str
    public_key: str | None


class Proven(Shown):
    """What is proved: events up to this sequence number; null where there are findings, or no checkpoints."""

    through_sequence: int | None
    statement: str


class Unproven(Shown):
    """The events since the newest checkpoint: chained, but not yet proved to be whole; and what no answer proves."""

    from_sequence: int | None
    events: int
    statement: str
    limits: list[str]


class Verification(Shown):
    """Whether the organization's log is what was written. `checkpoint` is null where there is none to compare with."""

    intact: bool
    organization_id: UUID
    organizations: int
    events: int
    findings: list[Finding]
    checkpoint: Checkpoint | None
    proven: Proven
    unproven: Unproven
    warnings: list[str]
