"""Names that people give to providers, models, keys and organizations: checked, compared and put in order."""

import re
import unicodedata
from hashlib import sha256
from typing import Final

from domain.errors import InvalidValue

LONGEST_NAME: Final = 200

# Joiners are letters' shapes in Persian and Hindi, and make one picture of several emoji.
_JOINERS: Final = "\u200c\u200d"
_EDGES: Final = re.compile(rf"\A[\s{_JOINERS}]+|[\s{_JOINERS}]+\Z")

# Letters that Unicode does not decompose, though people look for them beside the plain ones. They sort like these.
_PLAIN_LETTERS: Final = str.maketrans(
    {"\u0131": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Below the space, so that a name sorts before those that continue where it ends.
_MARKS_FOLLOW: Final = "\x01"
# Marks above, below and through a letter, in any script, have classes from 200 on; 1 is an overlay, 8 Japanese voicing.
_SIDE_MARKS_FROM: Final = 200
_OTHER_MARKS: Final = frozenset({1, 8})
# An entry of an index holds 2,704 bytes, ids and the longest model id included.
_LONGEST_KEY: Final = 1_400

_ADDRESS: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


def has_address(text: str) -> bool:
    """Return whether the text contains an e-mail address, which the log would keep for ever."""
    return _ADDRESS.search(text) is not None


def normal_form(text: str) -> str:
    """Return the text in the normal form in which names are kept: composed (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """Return the text for comparing it without regard to case: Unicode's compatibility caseless match (D146).

    Decomposed, so that a mark is separate from its letter; by compatibility (NFKD), so that what looks alike is alike:
    full-width letters, ligatures and no-break spaces. `ß` is `ss`, and a sigma is one sigma also at the end of a word;
    `İ` is an `i` with a dot above, and a dotless `i` is not an `i`.
    """
    if text.isascii():
        return text.lower()
    once = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKD", once.casefold())


def name_key(name: str) -> str:
    """Return the key by which names are equal and in order, compared by code points (`COLLATE "C"` in Postgres).

    Names have one key exactly if they are one folded. Those that differ by marks alone sort next to each other: the key
    begins with the plain letters, and only a name with marks is followed by itself, folded. Whatever occurs in the
    folded name, or in its plain letters, occurs in the key; a key of more than 1,400 bytes ends in a digest instead.
    """
    together = folded(name)
    if together.isascii():
        return together
    plain = "".join(character for character in together if not _is_side_mark(character)).translate(_PLAIN_LETTERS)
    key = together if plain == together else f"{plain}{_MARKS_FOLLOW}{together}"
    encoded = key.encode()
    if len(encoded) <= _LONGEST_KEY:
        return key
    digest = sha256(encoded).hexdigest()
    return encoded[: _LONGEST_KEY - len(digest) - 1].decode(errors="ignore") + _MARKS_FOLLOW + digest


def _is_side_mark(character: str) -> bool:
    marks = unicodedata.combining(character)
    return marks >= _SIDE_MARKS_FROM or marks in _OTHER_MARKS or character in _JOINERS


def shows_as_written(character: str) -> bool:
    """Return whether a character is one of those that people see: the blanks of all scripts and joiners are among them.

    Control characters, line breaks and marks that turn the direction are not.
    """
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"


def checked_name(name: str) -> str:
    """Return the name in its normal form, without surrounding blanks and joiners.

    Raises:
        InvalidValue: it is empty, longer than 200 characters, or contains control characters.
    """
    trimmed = _EDGES.sub("", normal_form(name))
    if not trimmed:
        raise InvalidValue("name", "A name needs at least one visible character.")
    if len(trimmed) > LONGEST_NAME:
        raise InvalidValue("name", f"A name has at most {LONGEST_NAME} characters; this one has {len(trimmed)}.")
    if not all(map(shows_as_written, trimmed)):
        raise InvalidValue("name", "A name has no control characters or line breaks.")
    return trimmed
