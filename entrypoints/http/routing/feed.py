"""The route that tells what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.feed.feed_broadcast import TooManyFollowers
from entrypoints.http.answers.feed import EndOfFeed, HappenedEvent, StartOver
from entrypoints.http.authorization import Access
from entrypoints.http.routes import Answer, Route, StreamedEvent, route
from entrypoints.http.views.feed import FeedQuery

if TYPE_CHECKING:
    from entrypoints.http.views.feed import FeedViews

_EVENTS = (
    StreamedEvent(schema=HappenedEvent, has_id=True, description="Something happened; the id is its position."),
    StreamedEvent(
        name="start-over",
        schema=StartOver,
        has_id=True,
        description="The log ends before `after`, as it does after a backup was restored: read anew what is known.",
    ),
    StreamedEvent(name="end", schema=EndOfFeed, description="Why the stream ends: come again."),
)


def feed_routes(views: FeedViews) -> list[Route]:
    """Return the route of the feed."""
    return [
        route(
            "GET",
            "/api/ai/events",
            views.follow_events,
            access=Access.VIEWER,
            query=FeedQuery,
            answers={200: Answer(description="What happens.", events=_EVENTS)},
            problems=(TooManyFollowers,),
        )
    ]
