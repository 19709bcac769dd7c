import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue
from domain.names import checked_name, folded, name_key

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


@pytest.mark.parametrize(
    "names",
    [
        ["Stra\u00dfe", "STRASSE", "strasse", "STRA\u1e9eE"],
        ["\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2", "\u03bf\u03b4\u03bf\u03c3"],
        ["\u00c4pfel", "\u00e4PFEL", "A\u0308pfel"],
        ["GPT 4", "gpt\u00a04", "\uff27\uff30\uff34\u30004", "Gpt\u202f4"],
        ["\u0130stanbul", "i\u0307STANBUL"],
        ["\ufb01ne-tuned", "FINE-TUNED"],
        ["\u1f80", "\u1f88", "\u1f00\u03b9"],
        ["\ud55c\uae00", unicodedata.normalize("NFD", "\ud55c\uae00")],
    ],
)
def test_names_are_equal_whatever_their_case_and_however_they_are_written(names: Sequence[str]) -> None:
    assert len(set(map(name_key, names))) == 1


@pytest.mark.parametrize(
    "names",
    [
        ["apfel", "\u00c4pfel", "apple", "Ol", "\u00d6l", "Ola", "Zebra"],
        ["a", "\u00e4", "\u00c5", "b", "o", "\u00f6", "\u00f8", "z"],
        ["isik", "i\u015fik", "\u0131\u015f\u0131k", "Istanbul", "\u0130stanbul", "izmir"],
        ["Lodz", "\u0141\u00f3d\u017a", "London"],
        ["\u03bf\u03b4\u03bf\u03c2", "\u03bf\u03b4\u03cc\u03c2", "\u03bf\u03b4\u03bf\u03c5"],
        ["model", "model 1", "model-1", "model_1", "modell"],
        ["\u304b", "\u304c", "\u304d"],
        ["\U0001f469\U0001f4bb", "\U0001f469\u200d\U0001f4bb"],
    ],
)
def test_names_that_differ_by_marks_stand_beside_each_other(names: Sequence[str]) -> None:
    assert sorted(names, key=name_key) == names
    assert len(set(map(name_key, names))) == len(names)


@pytest.mark.parametrize(
    ("sought", "name"),
    [("lodz", "\u0141\u00f3d\u017a"), ("OL", "\u00d6l"), ("\u00d6", "Oel-\u00f6l"), ("SS", "Stra\u00dfe")],
)
def test_a_name_is_found_with_its_marks_and_without(sought: str, name: str) -> None:
    assert folded(sought) in name_key(name)


def test_a_mark_that_is_sought_has_to_be_there() -> None:
    assert folded("\u00f6") not in name_key("Ol")


NAMES = st.text(min_size=1, max_size=200)


@given(NAMES, NAMES)
def test_names_have_one_key_if_they_are_one_folded(one: str, other: str) -> None:
    assert (name_key(one) == name_key(other)) == (folded(one) == folded(other))
    assert name_key(one) == name_key(unicodedata.normalize("NFD", one)) == name_key(folded(one))
    assert len(name_key(one).encode()) <= 1_400


@pytest.mark.parametrize("letter", ["\ufdfa", "\U0001d160", "\u1f82", "\U0001f468\u200d", "\u0390"])
def test_the_key_of_the_longest_name_fits_into_an_index(letter: str) -> None:
    longest = (letter * 200)[:200]
    assert len(name_key(longest).encode()) <= 1_400
    assert name_key(longest) != name_key(longest[:-1] + "x")
