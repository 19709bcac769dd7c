"""Checks of names that people give to providers, models and organizations."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from domain.errors import InvalidValue

LONGEST_NAME: Final = 200

# Joiners are letters' shapes in Persian and Hindi, and make one picture of several emoji.
_JOINERS: Final = "\u200c\u200d"
_EDGES: Final = re.compile(rf"\A[\s{_JOINERS}]+|[\s{_JOINERS}]+\Z")

_ADDRESS: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


def has_address(text: str) -> bool:
    """Return whether the text contains an e-mail address, which the log would keep for ever."""
    return _ADDRESS.search(text) is not None


def normal_form(text: str) -> str:
    """Return the text in the normal form in which names are kept: composed (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def shows_as_written(character: str) -> bool:
    """Tell whether a character is one of those that people see: the blanks of all scripts and joiners are among them.

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
