"""Checks of names that people give to providers, models and organizations."""

from __future__ import annotations

import re
from typing import Final

from domain.errors import InvalidValue

LONGEST_NAME: Final = 200

_ADDRESS: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


def has_address(text: str) -> bool:
    """Return whether the text contains an e-mail address, which the log would keep for ever."""
    return _ADDRESS.search(text) is not None


def checked_name(name: str) -> str:
    """Return the name without surrounding blanks.

    Raises:
        InvalidValue: it is empty, longer than 200 characters, or contains control characters.
    """
    trimmed = name.strip()
    if not trimmed:
        raise InvalidValue("name", "A name needs at least one visible character.")
    if len(trimmed) > LONGEST_NAME:
        raise InvalidValue("name", f"A name has at most {LONGEST_NAME} characters; this one has {len(trimmed)}.")
    if not trimmed.isprintable():
        raise InvalidValue("name", "A name has no control characters or line breaks.")
    return trimmed
