"""What the feed of events tells."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from entrypoints.http.answers.shown import Shown


class HappenedEvent(Shown):
    """That something happened, not what: read the thing again."""

    sequence: int
    position: int
    type: str
    aggregate_id: UUID
    revision: int
    at: datetime
    actor: str


class StartOver(Shown):
    """The log ends before what the client has seen: what it knows is to be read anew. The stream goes on from here."""

    position: int


class EndOfFeed(Shown):
    """Why a stream ends."""

    reason: Literal["renew", "shutdown", "slow", "complete"]
