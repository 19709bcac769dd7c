"""Adds the header Log-Ahead-Seconds when the log is ahead of the clock."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

    from application.ports.historical_documents import HistoricalDocuments


async def with_clock(response: web.Response, past: HistoricalDocuments) -> web.Response:
    """Return the answer as of a time; it says so when the log's newest event is dated after the clock."""
    ahead = await past.seconds_ahead()
    if ahead:
        response.headers["Log-Ahead-Seconds"] = str(ceil(ahead))
    return response
