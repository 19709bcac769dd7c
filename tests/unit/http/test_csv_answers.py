"""CSV that spreadsheets can open."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.csv_answers import csv_lines


def cells(*values: object) -> list[str]:
    """Return a row of these values as a reader of CSV sees it."""
    (row,) = csv.reader(io.StringIO(csv_lines([values]).decode(), newline=""))
    return row


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_no_cell_is_a_formula(sign: str) -> None:
    assert cells(f'{sign}HYPERLINK("https://evil.example")', "x") == [f'\'{sign}HYPERLINK("https://evil.example")', "x"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_texts_arrive_whole_whatever_is_in_them(texts: list[str]) -> None:
    assert [cell.removeprefix("'") for cell in cells(*texts)] == [text.removeprefix("'") for text in texts]


def test_values_are_written_as_json_has_them() -> None:
    row = cells(
        None, True, 7, 1.234, Decimal("1E-9"), date(2026, 11, 23), datetime(2026, 11, 23, 12, tzinfo=UTC), ["a"]
    )
    assert row == ["", "true", "7", "1.23", "0.000000001", "2026-11-23", "2026-11-23T12:00:00Z", '["a"]']


def test_lines_end_as_rfc_4180_has_them() -> None:
    assert csv_lines([["a", 'b "c", d'], ["e", None]]) == b'a,"b ""c"", d"\r\ne,\r\n'
