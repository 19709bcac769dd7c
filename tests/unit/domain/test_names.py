from __future__ import annotations

import unicodedata

import pytest

from domain.errors import InvalidValue
from domain.names import checked_name

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"


@pytest.mark.parametrize("name", [FAMILY, PERSIAN, "10\u00a0000 tokens", "Prix\u202f: 3", "\u00c4pfel", "a\u3000b"])
def test_names_are_taken_as_people_write_them(name: str) -> None:
    assert checked_name(name) == name


def test_a_name_is_one_name_however_its_letters_are_composed() -> None:
    composed = "Z\u00fcrich \ud55c\uae00"
    assert unicodedata.normalize("NFD", composed) != composed
    assert checked_name(unicodedata.normalize("NFD", composed)) == checked_name(composed) == composed


def test_blanks_and_joiners_around_a_name_are_no_part_of_it() -> None:
    assert checked_name(" \u00a0\u200dOurs\u200c\u2003 ") == "Ours"


@pytest.mark.parametrize(
    "name", ["", " \u00a0", "\u200d", "a\nb", "a\u2028b", "a\u202eb", "a\x00b", "a\u200bb", "a" * 201]
)
def test_what_nobody_sees_is_no_name(name: str) -> None:
    with pytest.raises(InvalidValue):
        checked_name(name)
