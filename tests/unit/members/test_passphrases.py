import pytest

from application.errors import InvalidInput
from application.members.passphrases import LONGEST_BYTES, checked_passphrase


@pytest.mark.parametrize(
    "passphrase",
    [
        "seven brave otters swim",
        "Tr0ub4dor&3xyz",
        "пароль из пяти слов",
        "私は毎朝コーヒーを飲みます",
        "a1b2c3d4e5f6g7",
        "x" * 100 + "yzab1" * 100,
        "correct horse battery staples, all of them",
    ],
)
def test_long_ones_are_good(passphrase: str) -> None:
    assert checked_passphrase(passphrase) == passphrase


@pytest.mark.parametrize(
    "passphrase",
    [
        "",
        "short",
        "elevenchars",
        "aaaaaaaaaaaa",
        "abababababab",
        "123456789012",
        "098765432109",
        "abcdefghijkl",
        "qwertyuiopas",
        "password1234",
        "PASSWORD!2026",
        "passwordpassword",
        "Modelbook2026!!",
        # In the full width of Japanese keyboards.
        "".join(chr(ord(character) + 0xFEE0) for character in "password1234"),
        "correct horse battery staple",
        "............",
        "ö" * 513,
    ],
)
def test_what_is_short_or_too_long_or_tried_by_everybody_is_refused(passphrase: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_passphrase(passphrase)
    assert refused.value.pointer == "/passphrase"


def test_what_is_known_of_the_person_is_refused() -> None:
    personal = ("ada.lovelace@example.org", "Ada Byron Lovelace", "656fd3328b54@example.org")
    for passphrase in (
        "Ada.Lovelace@example.org",
        "ada byron lovelace1815",
        "!Ada Byron Lovelace!",
        "656FD3328B54@example.org",
    ):
        with pytest.raises(InvalidInput):
            checked_passphrase(passphrase, personal=personal)


def test_keyboards_that_compose_otherwise_write_the_same() -> None:
    composed, decomposed = "schöne grüße aus köln", "scho\u0308ne gru\u0308ße aus ko\u0308ln"
    assert checked_passphrase(decomposed) == checked_passphrase(composed) == composed


def test_a_passphrase_has_as_many_bytes_as_it_may() -> None:
    passphrase = "abcdefghij klmnop " * 100
    assert checked_passphrase(passphrase[:LONGEST_BYTES])
    with pytest.raises(InvalidInput):
        checked_passphrase(passphrase[: LONGEST_BYTES + 1])
