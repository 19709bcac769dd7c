"""Builds the responses of routes that show or change one resource, whose JSON the database makes."""

from typing import Protocol
from uuid import UUID

from aiohttp import web

from application.ports.resource_documents import Document
from application.recorded_revision import Recorded
from entrypoints.http.json_responses import json_bytes, json_response, no_content, resource_location
from entrypoints.http.request_context import context_of
from entrypoints.http.routes import Answer

WRITTEN = ("ETag", "Log-Position")
"""The headers of an answer to a write."""

REMOVED = {204: Answer(description="It is gone.", headers=WRITTEN)}


class Documents(Protocol):
    """The resources of one kind."""

    async def get(self, resource_id: UUID, /) -> Document:
        """Return one."""
        ...


def document_response(document: Document) -> web.Response:
    """Return a resource as it is."""
    return json_response(document.json, revision=document.revision)


async def changed_response(documents: Documents, recorded: Recorded) -> web.Response:
    """Return a resource as a change has left it."""
    document = await documents.get(recorded.aggregate_id)
    return json_response(document.json, revision=document.revision, position=recorded.position)


async def created_response(documents: Documents, recorded: Recorded, collection: str) -> web.Response:
    """Return a new resource, with its place in the collection of this path."""
    response = await changed_response(documents, recorded)
    response.set_status(201)
    response.headers["Location"] = resource_location(collection, recorded.aggregate_id)
    return response


def removed_response(recorded: Recorded) -> web.Response:
    """Say that a resource is gone."""
    return no_content(revision=recorded.revision, position=recorded.position)


async def shown_once_response(
    request: web.Request,
    documents: Documents,
    recorded: Recorded,
    *,
    name: str,
    text: str | None,
    collection: str | None = None,
) -> web.Response:
    """Return a resource with a field that is shown once; a repetition of the request gets it without the value.

    A new one has its place in the `collection` of this path.
    """
    document = await documents.get(recorded.aggregate_id)
    context_of(request).kept_body = _with(document.json, name, None)
    return json_response(
        _with(document.json, name, text),
        status=200 if collection is None else 201,
        revision=document.revision,
        position=recorded.position,
        location=None if collection is None else resource_location(collection, recorded.aggregate_id),
    )


def _with(document: bytes, name: str, text: str | None) -> bytes:
    return document[:-1] + b"," + json_bytes({name: text})[1:]
