import re
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.access_keys.key_text import PATTERN, digest_of, hint_of, parse_key, text_of
from domain.key_patterns import has_key_form

A_TEXT = text_of(UUID(int=1), UUID(int=2), b"s" * 32)


@given(st.uuids(), st.uuids(), st.binary(min_size=32, max_size=32))
def test_a_text_contains_whose_key_it_is(organization_id: UUID, key_id: UUID, secret: bytes) -> None:
    text = text_of(organization_id, key_id, secret)
    assert re.fullmatch(PATTERN, text) is not None
    assert has_key_form(f"the key {text} is ours")
    parsed = parse_key(text)
    assert parsed is not None
    assert (parsed.organization_id, parsed.key_id, parsed.digest) == (organization_id, key_id, digest_of(text))


def test_texts_differ_where_secrets_do() -> None:
    ids = uuid4(), uuid4()
    assert len({text_of(*ids, bytes([byte]) * 32) for byte in range(256)}) == 256


@given(st.integers(4, len(A_TEXT) - 1), st.sampled_from("0aZ_-é"))
def test_a_changed_character_is_noticed(place: int, character: str) -> None:
    changed = A_TEXT[:place] + character + A_TEXT[place + 1 :]
    assert (parse_key(changed) is None) == (changed != A_TEXT)


@pytest.mark.parametrize("text", ["", "mbk_", A_TEXT[:-1], f"{A_TEXT}0", f"{A_TEXT}\n", A_TEXT.upper()])
def test_what_is_not_a_key_says_nothing(text: str) -> None:
    assert parse_key(text) is None


def test_an_id_of_more_bits_than_two_ids_have_is_no_key() -> None:
    too_large = f"mbk_{'z' * 43}_{A_TEXT.split('_')[2]}_"
    from application.access_keys import key_text  # noqa: PLC0415 - the checksum of a text that nothing here makes

    assert parse_key(too_large + key_text._checksum(too_large)) is None


def test_a_hint_shows_four_characters_of_the_secret() -> None:
    assert hint_of(A_TEXT) == f"…{A_TEXT.split('_')[2][-4:]}"
