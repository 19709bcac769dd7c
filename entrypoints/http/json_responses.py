"""Builds JSON responses."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from uuid import UUID

import orjson
from aiohttp import web
from pydantic import BaseModel

from application.caller import current_caller
from application.loop_time import loop_time
from application.request_cleanup import has_turn_until_request_end
from application.run_in_thread import run_in_thread
from entrypoints.http.answers.response_model import document_of

_JSON = {"Content-Type": "application/json"}


def json_bytes(value: object) -> bytes:
    """Return an answer, or any other value, as JSON: decimals as exact numbers, times in RFC 3339 with Z.

    Bytes of JSON within the value are spliced in by wrapping them in `orjson.Fragment`.
    """
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


async def answer_bytes(build: Callable[[], object]) -> bytes:
    """Return what a provider's answer is built into, as JSON.

    A large one is written in a thread, a while after its parsing, where other organizations are at work: both hold the
    event loop, and one after the other would for twice as long.
    """
    if not has_turn_until_request_end():
        return json_bytes(build())
    organization_id = current_caller().organization_id
    if not loop_time().are_others_at_work(organization_id):
        return json_bytes(build())
    return await run_in_thread(organization_id, lambda: json_bytes(build()))


def json_response(
    body: object,
    *,
    status: int = 200,
    revision: int | None = None,
    position: int | None = None,
    location: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Return a JSON answer; bytes are taken to be JSON already.

    `revision` becomes the ETag, `position` (of the last event) the Log-Position.
    """
    content = body if isinstance(body, bytes) else json_bytes(body)
    written_headers = written(revision=revision, position=position, location=location)
    return web.Response(status=status, body=content, headers={**_JSON, **written_headers, **(headers or {})})


def no_content(*, revision: int | None = None, position: int | None = None) -> web.Response:
    """Return 204, with what was written where something was."""
    return web.Response(status=204, headers=written(revision=revision, position=position))


def written(
    *, revision: int | None = None, position: int | None = None, location: str | None = None
) -> Mapping[str, str]:
    """Return the headers with the result of a change."""
    headers: dict[str, str] = {}
    if revision is not None:
        headers["ETag"] = entity_tag(revision)
    if position is not None:
        headers["Log-Position"] = str(position)
    if location is not None:
        headers["Location"] = location
    return headers


def entity_tag(revision: int) -> str:
    """Return the strong entity tag of a revision."""
    return f'"{revision}"'


def resource_location(collection: str, resource_id: UUID) -> str:
    """Return the path of a resource within its collection's path."""
    return f"{collection}/{resource_id}"


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return document_of(value)
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f"))
    message = f"{type(value).__name__} has no place in JSON"
    raise TypeError(message)
