"""Schemas of the events in the feed."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from entrypoints.http.answers.response_model import ResponseModel, at
from entrypoints.http.routes import StreamedEvent


class HappenedEvent(ResponseModel):
    """That something happened, not what: read the thing again."""

    sequence: Annotated[int, at("position")]
    position: int
    type: Annotated[str, at("topic")]
    aggregate_id: UUID
    revision: int
    at: Annotated[datetime, at("recorded_at")]
    actor: str


class StartOver(ResponseModel):
    """The log ends before what the client has seen, which has to be read again. The stream continues from here."""

    position: int


class EndOfFeed(ResponseModel):
    """Why a stream ends."""

    reason: Literal["renew", "shutdown", "slow", "complete"]


FEED_EVENTS: Final = (
    StreamedEvent(schema=HappenedEvent, has_id=True, description="Something happened; the id is its position."),
    StreamedEvent(
        name="start-over",
        schema=StartOver,
        has_id=True,
        description="The log ends before `after`, as it does after a backup was restored: read again what is known.",
    ),
    StreamedEvent(name="end", schema=EndOfFeed, description="Why the stream ends: come again."),
)
