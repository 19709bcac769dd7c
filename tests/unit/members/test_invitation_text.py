from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.members.invitation_text import LONGEST_TEXT, SECRET_BYTES, digest_of, parse_invitation, text_of


@given(st.uuids(), st.uuids(), st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES))
def test_a_text_says_whose_it_is(organization_id: UUID, member_id: UUID, secret: bytes) -> None:
    text = text_of(organization_id, member_id, secret)
    parsed = parse_invitation(text)
    assert parsed is not None
    assert (parsed.organization_id, parsed.member_id, parsed.digest) == (organization_id, member_id, digest_of(text))
    assert len(text) <= LONGEST_TEXT
    # It goes into the fragment of an address as it is.
    assert all(character.isascii() and (character.isalnum() or character in "-_") for character in text)


@pytest.mark.parametrize("text", ["", "mbi_", "mbk_" + "A" * 43 + "_" + "B" * 43, "mbi_" + "A" * 43, "mbi_" + "é" * 43])
def test_what_is_no_invitation_says_nothing(text: str) -> None:
    assert parse_invitation(text) is None


def test_another_secret_is_another_invitation() -> None:
    ids = (UUID(int=1), UUID(int=2))
    assert digest_of(text_of(*ids, b"a" * SECRET_BYTES)) != digest_of(text_of(*ids, b"b" * SECRET_BYTES))
