"""Builds the responses of routes that show how something was."""

from collections.abc import Awaitable, Callable
from math import ceil
from uuid import UUID

from aiohttp import web

from application.ports.historical_documents import HistoricalDocuments
from application.ports.resource_documents import Document
from application.queries.resource_as_of import AtRevision, Moment
from entrypoints.http.bodies.point_in_time import PastQuery, moment_of
from entrypoints.http.parse_request import path_id, query_of
from entrypoints.http.views.write_responses import Documents, document_response


async def response_as_of(
    request: web.Request,
    documents: Documents,
    as_of: Callable[[UUID, Moment], Awaitable[Document]],
    past: HistoricalDocuments,
) -> web.Response:
    """Return the resource of the path, as it is or as it was at the moment that the query names."""
    moment = moment_of(query_of(request, PastQuery))
    resource_id = path_id(request, "id")
    if moment is None:
        return document_response(await documents.get(resource_id))
    response = document_response(await as_of(resource_id, moment))
    return response if isinstance(moment, AtRevision) else await with_clock(response, past)


async def with_clock(response: web.Response, past: HistoricalDocuments) -> web.Response:
    """Return the answer as of a time; it says so when the log's newest event is dated after the clock."""
    ahead = await past.seconds_ahead()
    if ahead:
        response.headers["Log-Ahead-Seconds"] = str(ceil(ahead))
    return response
