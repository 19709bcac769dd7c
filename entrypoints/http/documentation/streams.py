"""Server-sent events in OpenAPI: each kind of event with a schema of its data.

OpenAPI 3.1 has no words for them. To it the stream is a text; what it contains is described as OpenAPI 3.2 (section
4.14.4, sequential media types) does: an array of events, and the data of an event is a text that holds JSON.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from entrypoints.http.documentation.examples import example_of
from entrypoints.http.documentation.schemas import Schema, Schemas
from entrypoints.http.routes import EVENT_STREAM_TYPE, StreamedEvent

_ID: Schema = {"type": "string", "description": "For Last-Event-ID, when the stream is taken up again."}


def stream_content(events: Sequence[StreamedEvent], schemas: Schemas) -> dict[str, Any]:
    """Return what a stream of these events holds, with an example of one of each, as sent."""
    items = {"anyOf": [_event(event, schemas) for event in events]}
    kinds = [f"* `{event.name or 'data'}`: {event.description}" for event in events]
    schema = {
        "type": "string",
        "description": "\n".join(["Server-sent events, one after the other:", "", *kinds]),
        "contentMediaType": EVENT_STREAM_TYPE,
        "contentSchema": {"type": "array", "items": items},
    }
    return {"schema": schema, "example": "".join(_as_sent(event, schemas) for event in events)}


def _event(event: StreamedEvent, schemas: Schemas) -> Schema:
    properties: dict[str, Schema] = {}
    if event.has_id:
        properties["id"] = _ID
    if event.name is not None:
        properties["event"] = {"const": event.name}
    properties["data"] = _data(event, schemas)
    return {
        "type": "object",
        "title": event.name or "data",
        "description": event.description,
        "properties": properties,
        "required": list(properties),
    }


def _data(event: StreamedEvent, schemas: Schemas) -> Schema:
    if event.text is not None:
        return {"const": event.text}
    content = schemas.of_answer(event.schema)
    return {"type": "string", "contentMediaType": "application/json", "contentSchema": content}


def _as_sent(event: StreamedEvent, schemas: Schemas) -> str:
    lines = ["id: 42"] if event.has_id else []
    lines += [] if event.name is None else [f"event: {event.name}"]
    return "\n".join([*lines, f"data: {event.text or _example(event, schemas)}", "", ""])


def _example(event: StreamedEvent, schemas: Schemas) -> str:
    example = example_of(schemas.of_answer(event.schema), schemas) if event.example is None else event.example
    return orjson.dumps(example).decode()
