"""The header that lists ignored fields."""

from __future__ import annotations

from typing import Final

IGNORED_FIELDS: Final = "Ignored-Fields"
_LONGEST: Final = 2_000


def ignored_header(fields: tuple[str, ...]) -> dict[str, str]:
    """Return the header that names the fields that were left out; nothing when there are none."""
    if not fields:
        return {}
    names = ", ".join(field for field in fields if field.isascii() and field.isprintable())
    return {IGNORED_FIELDS: names[:_LONGEST]} if names else {}
