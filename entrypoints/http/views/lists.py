"""Sorting and cursors of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Protocol, cast

from aiohttp import web

from entrypoints.http.pagination import Position, cursor_after, page_bytes, position_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from application.ports.resource_documents import Page as DocumentPage
    from application.ports.resource_documents import SortField
    from entrypoints.http.pagination import Page


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


def sort_of(query: Page) -> tuple[SortField, bool, tuple[str, UUID] | None]:
    """Return the sort field, whether it descends, and the value and id of the row the page comes after.

    Raises:
        InvalidCursor: the cursor is none of this query's.
    """
    sort = cast("SortedPage", query).sort
    field = cast("SortField", sort.removeprefix("-"))
    position = position_of(query, _KINDS.get(field, "number"))
    if position is None:
        return field, sort.startswith("-"), None
    value = position.value if isinstance(position.value, str) else cast("datetime", position.value).isoformat()
    return field, sort.startswith("-"), (value, position.id)


def list_response(page: DocumentPage, query: Page) -> web.Response:
    """Return a page whose rows are JSON already."""
    cursor = None
    if page.next_after is not None:
        cursor = cursor_after(Position(*page.next_after), query)
    body = page_bytes((page.joined,), limit=query.limit, next_cursor=cursor, total=page.total)
    return web.Response(body=body, content_type="application/json")
