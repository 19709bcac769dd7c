"""The values of a text are counted while it arrives, however it is cut into pieces."""

import json
import tracemalloc

import pytest

from application.json_value_count import MOST_CONTAINERS, MOST_VALUES, JsonValueCount, has_few_values
from entrypoints.http.routes import MEBIBYTE

PIECES = (65_536, 65_537, 262_144)
"""What a connection hands on at a time; an odd one cuts at another place of what repeats itself."""


def count(body: bytes, piece: int) -> int:
    """Hand the body on in pieces; return how much of it was looked at until it was refused, or all of it."""
    size = JsonValueCount()
    for start in range(0, len(body), piece):
        if not size.add(body[start : start + piece]) and not size.check():
            return start + piece
    return len(body)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    ("body", "refused_by"),
    [
        (b"[" + b"[]," * (20 * MEBIBYTE // 3) + b"[]]", 3 * MOST_CONTAINERS),
        (b'{"a":' + b"[" * 20 * MEBIBYTE, MOST_CONTAINERS),
        (b"[" + b"{}," * MOST_CONTAINERS + b"{}]", 3 * MOST_CONTAINERS),
        (b"[" + b"1," * MOST_VALUES + b"1]", 2 * MOST_VALUES),
        (b"[" + b'"",' * MOST_VALUES + b'""]', 3 * MOST_VALUES),
        (b"[" + rb'"\\",' * MOST_VALUES + rb'"\""]', 5 * MOST_VALUES),
        (b"," * MOST_VALUES + b'"' * 20 * MEBIBYTE, 5 * MOST_VALUES),
        (b'"' + b"," * MOST_VALUES + b'"' * 20 * MEBIBYTE, 5 * MOST_VALUES),
    ],
    ids=["arrays", "deep", "objects", "numbers", "texts", "backslashes", "quotation marks", "texts of nothing"],
)
def test_too_many_values_are_refused_before_the_rest_has_come(body: bytes, refused_by: int, piece: int) -> None:
    tracemalloc.start()
    try:
        assert count(body, piece) < refused_by + 2 * piece
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 16 * MEBIBYTE


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    "text", ["a, [b], {c}", 'she said: "[[[,,,"', "back\\slash,[\\", "\\", '\\"', "é,[", "\n,[\t"], ids=str
)
def test_the_content_of_a_text_is_no_value(text: str, piece: int) -> None:
    body = json.dumps({"prompt": text * MOST_CONTAINERS, "texts": [text] * 100}).encode()
    assert count(body, piece) == len(body)


@pytest.mark.parametrize("piece", PIECES)
def test_as_many_values_as_are_allowed_are_let_through(piece: int) -> None:
    for body in (
        b"[" + b"1," * (MOST_VALUES - 2) + b"1]",
        b"[" + b"[]," * (MOST_CONTAINERS - 2) + b"[]]",
        b"[" + b",".join(b'{"a":"b","c":"d","e":"f"}' for _ in range(MOST_CONTAINERS - 1)) + b"]",
    ):
        assert count(body, piece) == len(body)


@pytest.mark.parametrize(
    ("body", "is_small"),
    [
        (b"[" + b"1," * (MOST_VALUES - 2) + b"1]", True),
        (b"[" + b"1," * (MOST_VALUES - 1) + b"1]", False),
        (b"[" + b"{}," * (MOST_CONTAINERS - 2) + b"{}]", True),
        (b"[" + b"{}," * (MOST_CONTAINERS - 1) + b"{}]", False),
        (b"[" * (MOST_CONTAINERS + 1), False),
        (b'"' + b"[{," * MOST_VALUES + b'"', True),
    ],
    ids=["numbers", "too many numbers", "objects", "too many objects", "too deep", "one text"],
)
def test_a_whole_text_is_held_to_the_same(body: bytes, *, is_small: bool) -> None:
    assert has_few_values(body) == is_small
