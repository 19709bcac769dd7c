import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from entrypoints.http.request_errors import InvalidRequest, MalformedJson, Refused
from entrypoints.http.strict_json import DEEPEST, parse_json


def test_fractions_are_exact_and_whole_numbers_are_whole() -> None:
    document = parse_json(b'{"price": 0.12345678901234567890123, "count": 123456789012345678901234567890, "e": 1e3}')
    assert document == {
        "price": Decimal("0.12345678901234567890123"),
        "count": 123456789012345678901234567890,
        "e": Decimal("1e3"),
    }
    assert type(document["count"]) is int


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [(b'{"a": 1,\n "b": }', 2, 7), (b"{", 1, 2), (b"[1 2]", 1, 4), (b"", 1, 1), (b'"\x01"', 1, 2), (b"{} {}", 1, 4)],
)
def test_a_syntax_error_is_located(body: bytes, line: int, column: int) -> None:
    with pytest.raises(MalformedJson) as refusal:
        parse_json(body)
    assert refusal.value.members == {"line": line, "column": column}
    assert f"line {line}, column {column}" in refusal.value.detail


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"a": 1, "b": {"c": 1, "c": 1}}', 'The key "c" appears twice'),
        (b'{"a": 1, "\\u0061": 2}', 'The key "a" appears twice'),
        (b"[NaN]", "NaN is not a number"),
        (b"[Infinity]", "Infinity is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b"[1e401]", "more than 400 digits"),
        (b"[1e-99999999]", "more than 400 digits"),
        (b"[1e" + b"9" * 390 + b"]", "more than 400 digits"),
        (b"[-0.1e-" + b"9" * 390 + b"]", "more than 400 digits"),
        (b"[1e" + b"9" * 500_000 + b"]", "more than 400 digits"),
        (b"[0." + b"1" * 500 + b"]", "more than 400 digits"),
        (b"[" + b"1" * 5000 + b"]", "more than 400 digits"),
        (b'{"a": "\xff"}', "not UTF-8 (byte 8)"),
        (b"\xff\xfe[\x00]\x00", "not UTF-8"),
        (b"\xef\xbb\xbf[]", "BOM"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "levels deep"),
        (b"[" * 100_000 + b"]" * 100_000, "levels deep"),
        (b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1), "levels deep"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(MalformedJson) as refusal:
        parse_json(body)
    assert said in refusal.value.detail


def test_wide_documents_and_the_deepest_allowed_are_read() -> None:
    assert len(parse_json(b"[" + b",".join([b"[]"] * 1000) + b"]")) == 1000
    document = parse_json(b"[" * DEEPEST + b"]" * DEEPEST)
    assert document == json.loads("[" * DEEPEST + "]" * DEEPEST)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (rb'{"a": ["x", "\u0000"]}', "/a/1"),
        (rb'{"a/b": {"c~d": "\ud800"}}', "/a~1b/c~0d"),
        (rb'{"a": {"\u0000": 1}}', "/a"),
        (rb'{"\udfff": 1}', ""),
        (rb'"\udc00\ud800"', ""),
    ],
)
def test_text_that_no_database_holds_is_pointed_at(body: bytes, pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_json(body)
    assert [error.pointer for error in refusal.value.errors] == [pointer]


def test_escapes_that_mean_characters_are_read() -> None:
    assert parse_json(rb'["\ud83d\ude00", "\u00e9"]') == ["\U0001f600", "\u00e9"]


JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00")), inner)
    ),
    max_leaves=20,
)


@given(JSON, some.booleans())
def test_what_others_write_is_read_as_they_meant_it(document: object, ascii_only: bool) -> None:
    assert parse_json(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


def outcome(body: bytes) -> object:
    try:
        return parse_json(body)
    except Refused as refusal:
        return refusal


@given(some.binary(max_size=200))
def test_any_bytes_are_read_as_others_read_them_or_refused(body: bytes) -> None:
    found = outcome(body)
    assert isinstance(found, Refused) or found == json.loads(body, parse_float=Decimal)
