import base64
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as some

from entrypoints.http.pagination import Kind, Page, Position, cursor_after, page_bytes, position_of
from entrypoints.http.parse_request import validated
from entrypoints.http.request_errors import InvalidCursor, InvalidRequest

TEXTS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200)
TIMES = some.datetimes(timezones=some.just(UTC))


class List(Page):
    sort: Literal["name", "-name"] = "name"
    type: str | None = None


def page(**parameters: str) -> List:
    return validated(List, parameters, prefix="?")


def after(cursor: str, **parameters: str) -> List:
    return page(cursor=cursor, **parameters)


@given(TEXTS, some.uuids())
def test_text_positions_come_back(value: str, row_id: UUID) -> None:
    position = Position(value, row_id)
    assert position_of(after(cursor_after(position, page())), "text") == position


@given(some.integers(-(2**63), 2**63 - 1), some.uuids())
def test_whole_positions_come_back(value: int, row_id: UUID) -> None:
    position = Position(value, row_id)
    assert position_of(after(cursor_after(position, page())), "whole") == position


@given(TIMES, some.uuids(), some.integers(-23, 23))
def test_times_come_back_to_the_microsecond(value: datetime, row_id: UUID, hours: int) -> None:
    if timedelta(days=1) < value - datetime.min.replace(tzinfo=UTC) < timedelta(days=3_000_000):
        value = value.astimezone(timezone(timedelta(hours=hours)))
    position = Position(value, row_id)
    assert position_of(after(cursor_after(position, page())), "time") == position


@given(some.binary(max_size=100).map(lambda raw: base64.urlsafe_b64encode(raw).decode()) | TEXTS)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        position_of(after(cursor), "text")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (5, "text"),
        (None, "text"),
        (["a"], "text"),
        ({"a": 1}, "text"),
        ("a\x00b", "text"),
        (5, "number"),
        ("1e400", "number"),
        ("NaN", "number"),
        ("5", "whole"),
        (True, "whole"),
        (5.5, "whole"),
        ("yesterday", "time"),
        ("2026-01-01T00:00:00", "time"),
        (0, "time"),
    ],
)
def test_a_forged_value_of_another_kind_is_refused(value: object, kind: Kind) -> None:
    forged = orjson.dumps([page().fingerprint(), value, uuid4()])
    with pytest.raises(InvalidCursor):
        position_of(after(base64.urlsafe_b64encode(forged).decode().rstrip("=")), kind)


def test_a_cursor_is_good_for_its_own_query_only() -> None:
    cursor = cursor_after(Position("a", uuid4()), page(type="vision"))
    assert position_of(after(cursor, type="vision", limit="10", includeTotal="true"), "text") is not None
    for other in ({}, {"type": "language"}, {"type": "vision", "sort": "-name"}):
        with pytest.raises(InvalidCursor, match="another query"):
            position_of(after(cursor, **other), "text")


def test_the_first_page_has_no_cursor() -> None:
    assert position_of(page(), "text") is None


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many"])
def test_a_page_has_1_to_200_rows(limit: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        page(limit=limit)
    assert refusal.value.errors[0].pointer == "?limit"


def test_rows_are_joined_as_they_are() -> None:
    assert orjson.loads(page_bytes([b'{"a":1}', b'{"b":2}'], limit=2, next_cursor="c", total=7)) == {
        "data": [{"a": 1}, {"b": 2}],
        "pagination": {"limit": 2, "hasMore": True, "nextCursor": "c", "total": 7},
    }
    assert orjson.loads(page_bytes([], limit=50, next_cursor=None)) == {
        "data": [],
        "pagination": {"limit": 50, "hasMore": False, "nextCursor": None},
    }
