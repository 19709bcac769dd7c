"""Values of a configuration, which may hold anything."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def number(value: object) -> Decimal | int | None:
    """Return a number, also one that is written as text; none for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, str):
        try:
            read = Decimal(value)
        except InvalidOperation:
            return None
        return read if read.is_finite() else None
    return None


def whole_number(value: object) -> int | None:
    """Return a whole number above 0, none for what is none."""
    found = number(value)
    return int(found) if found is not None and found == int(found) and found > 0 else None


def members(value: object) -> Mapping[str, Any]:
    """Return a mapping; what is none has no members."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return a list; what is none has no items."""
    return value if isinstance(value, list) else []
