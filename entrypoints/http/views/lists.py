"""Pages of lists: which part is asked for, and how it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar, cast

from application.ports.resource_documents import PageRequest
from application.run_in_thread import run_in_thread_if_large
from entrypoints.http.json_responses import json_bytes, json_response
from entrypoints.http.pagination import Position, cursor_after, page_bytes, position_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from aiohttp import web
    from pydantic import BaseModel

    from application.ports.log_pages import LogPage
    from application.ports.resource_documents import Page as DocumentPage
    from application.ports.resource_documents import SortField
    from entrypoints.http.pagination import Page

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
