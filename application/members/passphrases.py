"""Which passphrases are good enough (NIST SP 800-63B-4, section 3.1.1.2: long ones, and none of those that all try)."""

import unicodedata
from typing import Final

from application.errors import InvalidInput
from domain.names import folded

SHORTEST: Final = 12
"""Characters."""

LONGEST_BYTES: Final = 1024

# Of what is tried first everywhere, those of twelve characters and more; shorter ones also repeated or drawn out.
_WORDS: Final = (
    "password", "passwort", "passphrase", "qwerty", "qwertz", "azerty", "letmein", "iloveyou", "welcome", "admin",
    "administrator", "changeme", "modelbook", "secret", "dragon", "monkey", "sunshine", "princess", "football",
    "baseball", "superman", "batman", "trustno1", "starwars", "whatever", "computer", "internet", "abc", "test",
    "hello", "login", "master", "shadow", "michael", "default", "root", "user", "guest", "company", "summer", "winter",
)  # fmt: skip
_COMMON: Final = frozenset({
    "1q2w3e4r5t6y", "qwertyuiop12", "qwertyuiop123", "qwertyuiop[]", "qwertyuiopasdf", "asdfghjkl123", "zaq12wsxcde3",
    "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "correct horse battery staple", "correcthorsebatterystaple", "thisisapassword",
    "mypassword123", "passw0rd1234", "p@ssw0rd1234", "p@ssword1234", "password!234", "iloveyouforever",
    "letmeinplease", "opensesame123", "to be or not to be", "administrator1", "administrator123",
})  # fmt: skip
_ROWS: Final = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm")
_FEWEST_CHARACTERS: Final = 5
_FILLING: Final = "0123456789 !.?-_*#@$"


def checked_passphrase(text: str, *, personal: tuple[str, ...] = ()) -> str:
    """Return the passphrase in the normal form in which it is hashed (NFKC).

    Raises:
        InvalidInput: it is too short or too long, one that everybody tries, or one of the texts that are `personal`.
    """
    passphrase = normal_passphrase(text)
    if len(passphrase) < SHORTEST:
        raise InvalidInput("/passphrase", f"A passphrase has at least {SHORTEST} characters; several words are good.")
    if len(passphrase.encode()) > LONGEST_BYTES:
        raise InvalidInput("/passphrase", f"A passphrase has at most {LONGEST_BYTES:,} bytes.")
    plain = folded(passphrase)
    if _is_common(plain) or plain.strip(_FILLING) in {folded(each).strip(_FILLING) for each in personal}:
        raise InvalidInput("/passphrase", "This passphrase is one of the first that anybody would try: choose another.")
    return passphrase


def normal_passphrase(text: str) -> str:
    """Return the text in the normal form in which passphrases are compared: keyboards differ in how they compose."""
    return unicodedata.normalize("NFKC", text)


def _is_common(plain: str) -> bool:
    if plain in _COMMON or len(set(plain)) < _FEWEST_CHARACTERS:
        return True
    if any(plain in row * 4 or plain in row[::-1] * 4 for row in _ROWS):
        return True
    word = plain.strip(_FILLING)
    return not word or any(word == known * (len(word) // len(known)) for known in _WORDS if len(word) >= len(known))
