"""Parses durations and moments in providers' formats into seconds."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

# A longer wait is a mistake, or an attempt to prevent any further request.
LONGEST_WAIT: Final = 7 * 24 * 3600.0

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART: Final = r"(\d{1,9}(?:\.\d{1,12})?)(ms|s|m|h|d)"
_DURATION: Final = re.compile(f"(?:{_PART})+")
_PARTS: Final = re.compile(_PART)
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?")
# An epoch in seconds is larger than any wait, one in milliseconds is larger than any epoch in seconds.
_EPOCH_SECONDS: Final = 1_000_000_000
_EPOCH_MILLISECONDS: Final = 1_000_000_000_000


def seconds_of(written: str) -> float | None:
    """Read a duration such as `12ms`, `6m0s`, `47.8s` or `20` (seconds); none when it is not one."""
    text = written.strip().lower()
    if _NUMBER.fullmatch(text):
        return bounded(float(text))
    if _DURATION.fullmatch(text):
        return bounded(sum(float(amount) * _UNITS[unit] for amount, unit in _PARTS.findall(text)))
    return None


def seconds_until(written: str, now: datetime) -> float | None:
    """Read a moment (an HTTP date, RFC 3339, or an epoch in seconds or milliseconds) or a duration."""
    text = written.strip()
    if _NUMBER.fullmatch(text):
        number = float(text)
        if number >= _EPOCH_MILLISECONDS:
            return bounded(number / 1000 - now.timestamp())
        return bounded(number - now.timestamp() if number >= _EPOCH_SECONDS else number)
    moment = _moment(text)
    return seconds_of(text) if moment is None else bounded((moment - now).total_seconds())


def bounded(seconds: float) -> float | None:
    """Return a wait of at most a week, never a negative one; none for what is no number."""
    return min(max(seconds, 0.0), LONGEST_WAIT) if math.isfinite(seconds) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        # Which of them depends on what is wrong with the text.
        except (IndexError, OverflowError, TypeError, ValueError):
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
