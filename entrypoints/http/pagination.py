"""Pages of lists: what is asked for, cursors, and how a page is answered."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal, Protocol, TypeAlias, TypeVar, cast
from uuid import UUID

import orjson
from aiohttp import web
from pydantic import BaseModel, Field

from application.ports.log_pages import LogPage
from application.ports.resource_documents import Page as DocumentPage
from application.ports.resource_documents import PageRequest, SortField
from application.run_in_thread import run_in_thread_if_large
from entrypoints.http.answers.response_model import Pagination
from entrypoints.http.field_types import Flag, Query, Whole
from entrypoints.http.json_responses import json_bytes, json_response
from entrypoints.http.request_errors import InvalidCursor

LARGEST_PAGE = 200
LONGEST_CURSOR = 2000

SortValue: TypeAlias = "str | int | datetime"
Kind = Literal["text", "number", "whole", "time"]
"""Of the values that lists are sorted by; a number is the text of a decimal, infinity for one that is not known."""

_NUMBER = re.compile(r"-?(Infinity|[0-9]{1,30}(\.[0-9]{1,30})?)")


class Page(Query):
    """The parameters that every list has. Lists add their filters, and `sort` with their own choices."""

    limit: Annotated[Whole, Field(ge=1, le=LARGEST_PAGE, description="How many at most.")] = 50
    cursor: Annotated[
        str | None, Field(max_length=LONGEST_CURSOR, description="Where to go on: `nextCursor` of the page before.")
    ] = None
    include_total: Annotated[Flag, Field(description="Also count all that match.")] = False

    def fingerprint(self) -> str:
        """Return a fingerprint of this query, order included: a cursor is valid for one query only."""
        asked = self.model_dump(mode="json", exclude={"limit", "cursor", "include_total"}, exclude_none=True)
        return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a page: the value it is sorted by, and its id for when values are equal."""

    value: SortValue
    id: UUID


def cursor_after(position: Position, page: Page) -> str:
    """Return the cursor for the page after this row of this query."""
    content = orjson.dumps([page.fingerprint(), position.value, position.id], option=orjson.OPT_UTC_Z)
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def position_of(page: Page, kind: Kind) -> Position | None:
    """Return the row after which the page begins, or none at the beginning.

    `kind` is that of the values the list is sorted by; the value in the cursor is of this kind or refused.

    Raises:
        InvalidCursor: it is not a cursor, or one of another query.
    """
    if page.cursor is None:
        return None
    try:
        content = base64.b64decode(page.cursor + "=" * (-len(page.cursor) % 4), altchars=b"-_", validate=True)
        fingerprint, value, row_id = orjson.loads(content)
        position = Position(_value(value, kind), UUID(row_id))
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise InvalidCursor from None
    if fingerprint != page.fingerprint():
        raise InvalidCursor("The cursor is one of another query: repeat the query it came from, or start without one.")
    return position


def _value(value: object, kind: Kind) -> SortValue:
    if kind == "text" and isinstance(value, str) and "\x00" not in value:
        return value
    if kind == "number" and isinstance(value, str) and _NUMBER.fullmatch(value):
        return value
    if kind == "whole" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "time" and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment
    raise InvalidCursor


def page_bytes(rows: Iterable[bytes], *, limit: int, next_cursor: str | None, total: int | None = None) -> bytes:
    """Return the page `{data, pagination}` from rows that are JSON already."""
    pagination = Pagination(limit=limit, has_more=next_cursor is not None, next_cursor=next_cursor)
    if total is not None:
        pagination.total = total
    return b'{"data":[' + b",".join(rows) + b'],"pagination":' + json_bytes(pagination) + b"}"


Entry = TypeVar("Entry")
Place = TypeVar("Place")

# Events of a history take most, 2 ms for so many.
_ENTRIES_AT_ONCE: Final = 25

_KINDS: Final[Mapping[str, Literal["text", "time"]]] = {
    "name": "text",
    "provider": "text",
    "createdAt": "time",
    "updatedAt": "time",
}
"""What lists are sorted by that is no number."""


class SortedPage(Protocol):
    """A list's query, as far as order and place go."""

    @property
    def sort(self) -> str:
        """The field, behind a minus when it is to descend."""
        ...


def page_request(query: Page) -> PageRequest:
    """Return which part of a sorted list the query asks for.

    Raises:
        InvalidCursor: the cursor is none of this query's.
    """
    sort = cast("SortedPage", query).sort
    field = cast("SortField", sort.removeprefix("-"))
    position = position_of(query, _KINDS.get(field, "number"))
    after = None
    if position is not None:
        value = position.value if isinstance(position.value, str) else cast("datetime", position.value).isoformat()
        after = value, position.id
    return PageRequest(
        limit=query.limit,
        sort=field,
        descending=sort.startswith("-"),
        after=after,
        include_total=query.include_total,
    )


def list_response(page: DocumentPage, query: Page) -> web.Response:
    """Return a page whose rows are JSON already."""
    cursor = None if page.next_after is None else cursor_after(Position(*page.next_after), query)
    return json_response(page_bytes((page.joined,), limit=query.limit, next_cursor=cursor, total=page.total))


def log_response(
    page: LogPage[Place], query: Page, *, position: Callable[[Place], Position], total: int | None
) -> web.Response:
    """Return a page of a log."""
    cursor = None if page.next_before is None else cursor_after(position(page.next_before), query)
    return json_response(page_bytes((page.text,), limit=query.limit, next_cursor=cursor, total=total))


async def entries_response(
    entries: Sequence[Entry],
    query: Page,
    *,
    write: Callable[[Entry], BaseModel],
    position: Callable[[Entry], Position],
    total: int | None,
) -> web.Response:
    """Return a page of these entries; there is another one if they are more than the query's limit."""
    shown = entries[: query.limit]
    cursor = cursor_after(position(shown[-1]), query) if len(entries) > query.limit else None
    rows = await run_in_thread_if_large(
        shown, lambda: [json_bytes(write(entry)) for entry in shown], large=_ENTRIES_AT_ONCE
    )
    return json_response(page_bytes(rows, limit=query.limit, next_cursor=cursor, total=total))
