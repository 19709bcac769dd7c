"""Checks of text and JSON for events."""

import json
from math import isfinite
from typing import Any, Final

from domain.errors import InvalidValue
from domain.names import shows_as_written

LONGEST_LABEL: Final = 256
DEEPEST_DOCUMENT: Final = 32
# Each change of a document is kept in the log for ever, and is the whole of it.
LARGEST_DOCUMENT: Final = 16 * 1024

# What JSON libraries and databases agree on without losing a digit: signed 64 bits.
_LARGEST_INTEGER: Final = 2**63 - 1


def is_label(text: str) -> bool:
    """Return whether the text can be an identifier from outside: up to 256 characters, of which people see some."""
    return 1 <= len(text) <= LONGEST_LABEL and not text.isspace() and all(map(shows_as_written, text))


def checked_label(field: str, label: str) -> str:
    """Return the label, an identifier from outside, unchanged.

    Raises:
        InvalidValue: it is blank, longer than 256 characters, or contains control characters.
    """
    if not is_label(label):
        raise InvalidValue(field, f"It takes 1 to {LONGEST_LABEL} characters, none of them a control character.")
    return label


def checked_document(field: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON object unchanged.

    Raises:
        InvalidValue: it is nested too deeply, larger than 16 KiB, or contains what is not JSON or would come back as
            something else.
    """
    pending: list[tuple[object, int]] = [(document, 1)]
    size = 0
    while pending:
        value, depth = pending.pop()
        # At the least, so that what is far too large is not looked at to its end.
        size += len(value) if isinstance(value, str) else 1
        if size > LARGEST_DOCUMENT:
            raise _too_large(field)
        if depth > DEEPEST_DOCUMENT:
            raise InvalidValue(field, f"It is nested more than {DEEPEST_DOCUMENT} levels deep.")
        if isinstance(value, dict):
            pending += [(part, depth + 1) for entry in value.items() for part in entry]
            if not all(isinstance(name, str) for name in value):
                raise InvalidValue(field, "The names in a JSON object are text.")
        elif isinstance(value, list):
            pending += [(part, depth + 1) for part in value]
        elif not _is_kept_as_it_is(value):
            raise InvalidValue(field, "It holds a null character, a number out of range, or what is not JSON.")
    if len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()) > LARGEST_DOCUMENT:
        raise _too_large(field)
    return document


def _too_large(field: str) -> InvalidValue:
    return InvalidValue(field, "It is larger than 16 KiB of JSON.")


def _is_kept_as_it_is(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, int):
        return abs(value) <= _LARGEST_INTEGER
    return value is None or (isinstance(value, float) and isfinite(value))
