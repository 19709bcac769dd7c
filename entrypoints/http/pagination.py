"""Keyset pagination with opaque cursors."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias
from uuid import UUID

import orjson
from pydantic import Field

from entrypoints.http.answers.response_model import Pagination
from entrypoints.http.field_types import Flag, Query, Whole
from entrypoints.http.json_responses import json_bytes
from entrypoints.http.request_errors import InvalidCursor

if TYPE_CHECKING:
    from collections.abc import Iterable

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
