"""Reads values from untrusted JSON; missing values and wrong types give None."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from domain.checked_documents import is_label
from domain.names import shows_as_written

LONGEST_TEXT: Final = 200
# No model reads or writes more; a larger number is a mistake.
_MOST_TOKENS: Final = 1_000_000_000
_MOST_WORDS: Final = 100
_DATED_ID: Final = re.compile(r"-(\d{4})-?(\d{2})-?(\d{2})$")


def text(value: object, longest: int = LONGEST_TEXT) -> str | None:
    """Return a string that can be shown and stored: not empty, not too long, without control characters."""
    if not isinstance(value, str):
        return None
    trimmed = value.strip()
    is_shown = trimmed.isprintable() or all(map(shows_as_written, trimmed[: longest + 1]))
    return trimmed if 0 < len(trimmed) <= longest and is_shown else None


def model_id_of(value: object) -> str | None:
    """Return the id of a model exactly as a list has it; none where it cannot be one."""
    return value if isinstance(value, str) and is_label(value) else None


def tokens(value: object) -> int | None:
    """Return a number of tokens; none for 0, which servers write where they do not know."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and isinstance(value, int) and 0 < value <= _MOST_TOKENS else None


def mapping(value: object) -> Mapping[str, Any]:
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list, leaving out what is none; an empty list for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: object) -> tuple[str, ...] | None:
    """Return the strings of a list, at most 100; none when it is no list."""
    if not isinstance(value, list):
        return None
    return tuple(word for item in value[:_MOST_WORDS] if (word := text(item)) is not None)


def day(value: object) -> str | None:
    """Return the ISO date in an ISO date or time, or of a moment in seconds since 1970, as UTC.

    1970-01-01 itself is how several servers write an unknown time.
    """
    found = _day(value)
    return found.isoformat() if found is not None and found != date(1970, 1, 1) else None


def retirement_day(value: object) -> str | None:
    """Return the first day, as an ISO date in UTC, on which something is gone whose end is given as for `day`.

    An end in the last minute of a day is how some write that it is there until the end of that day.
    """
    found = _day(value, later=timedelta(minutes=1))
    return found.isoformat() if found is not None and day(value) is not None else None


def dated_id(model_id: str) -> str | None:
    """Return the date that a snapshot's id ends in, as it is written there without the hyphen before it."""
    found = _DATED_ID.search(model_id)
    return found[0][1:] if found and _day("-".join(found.groups())) else None


def _day(value: object, later: timedelta = timedelta()) -> date | None:
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return ((moment.astimezone(UTC) if moment.tzinfo else moment) + later).date()
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return (datetime.fromtimestamp(value, UTC) + later).date()
    except (OverflowError, OSError, ValueError):
        pass
    return None
