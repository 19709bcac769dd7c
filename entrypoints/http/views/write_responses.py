"""Builds the responses of routes that write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from application.unset import UNSET
from entrypoints.http.json_responses import json_bytes, json_response
from entrypoints.http.request_context import context_of
from entrypoints.http.routes import Answer

if TYPE_CHECKING:
    from aiohttp import web
    from pydantic import BaseModel

    from application.ports.resource_documents import Document
    from application.recorded_revision import Recorded

WRITTEN = ("ETag", "Log-Position")
"""The headers of an answer to a write."""

REMOVED = {204: Answer(description="It is gone.", headers=WRITTEN)}


def document_response(
    document: Document, recorded: Recorded | None = None, *, status: int = 200, location: str | None = None
) -> web.Response:
    """Return a resource; after a write with the revision and the position of that write."""
    return json_response(
        document.json,
        status=status,
        revision=document.revision,
        position=recorded.position if recorded else None,
        location=location,
    )


def shown_once_response(
    request: web.Request,
    document: Document,
    recorded: Recorded,
    *,
    name: str,
    text: str | None,
    status: int = 200,
    location: str | None = None,
) -> web.Response:
    """Return a resource with a field that is shown once; a repetition of the request gets it without the value."""
    context_of(request).kept_body = _with(document.json, name, None)
    return json_response(
        _with(document.json, name, text),
        status=status,
        revision=document.revision,
        position=recorded.position,
        location=location,
    )


def _with(document: bytes, name: str, text: str | None) -> bytes:
    return document[:-1] + b"," + json_bytes({name: text})[1:]


def mentioned(body: BaseModel, name: str) -> Any:  # noqa: ANN401 - whatever the field's type is
    """Return the field of a patch, `UNSET` when the request left it out."""
    return getattr(body, name) if name in body.model_fields_set else UNSET
