"""The route that tells what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.feed.feed import TooManyFollowers
from entrypoints.http.authorization import Access
from entrypoints.http.routes import Answer, Route, route
from entrypoints.http.views.feed import EVENT_STREAM, FeedQuery

if TYPE_CHECKING:
    from entrypoints.http.views.feed import FeedViews

_EXAMPLE = (
    'id: 42\ndata: {"sequence":7,"position":42,"type":"model.renamed","aggregateId":'
    '"0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d","revision":2,"at":"2026-01-31T12:00:00Z","actor":"user-1"}\n\n'
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
            answers={
                200: Answer(
                    description="What happens.",
                    content_type=EVENT_STREAM,
                    schema={"type": "string", "description": "Server-sent events."},
                    example=_EXAMPLE,
                )
            },
            problems=(TooManyFollowers,),
        )
    ]
