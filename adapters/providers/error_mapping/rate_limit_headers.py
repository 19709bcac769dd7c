"""Parses rate limits and retry delays from response headers."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from adapters.providers.error_mapping.durations import bounded, seconds_of, seconds_until
from adapters.providers.error_mapping.error_details import ErrorDetails
from application.ports.provider_gateway import RateLimit

# OpenAI: "Please try again in 644ms." Google: "Please retry in 47.837881432s." Azure: "Please retry after 2 seconds."
_IN_WORDS: Final = re.compile(
    r"\b(?:try again|retry) (?:in|after) (?:((?:\d{1,9}(?:\.\d{1,12})?(?:ms|s|m|h))+)\b|(\d{1,9}) seconds?)"
)
# None that is negative, as Azure's sometimes are.
_COUNT: Final = re.compile(r"\d{1,15}")
_UNITS: Final = ("requests", "tokens", "input-tokens", "output-tokens")
_OPENAI: Final = "x-ratelimit-{what}-{unit}"
_ANTHROPIC: Final = "anthropic-ratelimit-{unit}-{what}"
# OpenRouter does not document what it counts; it counts requests.
_OPENROUTER: Final = "x-ratelimit-{what}"
_PATTERNS: Final = {"requests": (_OPENROUTER, _ANTHROPIC, _OPENAI), "tokens": (_ANTHROPIC, _OPENAI)}
# Counts of a `RateLimit`, each with a header that may hold it; of several headers the last counts.
_COUNTS: Final = tuple(
    (f"{what}_{unit}", pattern.format(what=what, unit=unit))
    for what in ("limit", "remaining")
    for unit, patterns in _PATTERNS.items()
    for pattern in patterns
)


def limits_of(headers: Mapping[str, str], *, wait_seconds: float | None = None) -> RateLimit | None:
    """Return the rate limits in the headers, with the given wait; None if there is neither."""
    counts = {
        count: int(value)
        for count, name in _COUNTS
        if (value := headers.get(name)) is not None and _COUNT.fullmatch(value.strip())
    }
    if not counts and wait_seconds is None:
        return None
    return RateLimit(**counts, retry_after_seconds=wait_seconds)


def retry_delay(headers: Mapping[str, str], details: ErrorDetails, now: datetime) -> float | None:
    """Return the retry delay in seconds that the provider requests; the most explicit source wins."""
    milliseconds = seconds_of(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return bounded(milliseconds / 1000)
    retry_after = seconds_until(headers["retry-after"], now) if "retry-after" in headers else None
    if retry_after is None and details.retry_delay is not None:
        retry_after = seconds_of(details.retry_delay)
    if retry_after is None and (in_words := _IN_WORDS.search(details.message)):
        retry_after = seconds_of(in_words[1] or in_words[2])
    return max(_resets(headers, now), default=None) if retry_after is None else retry_after


def _resets(headers: Mapping[str, str], now: datetime) -> Iterator[float]:
    """When each exhausted limit is reset; a limit that is not exhausted is not waited for."""
    names = [pattern.format(what="{what}", unit=unit) for pattern in (_OPENAI, _ANTHROPIC) for unit in _UNITS]
    for name in (*names, _OPENROUTER):
        remaining = headers.get(name.format(what="remaining"), "0").strip()
        reset = seconds_until(headers.get(name.format(what="reset"), ""), now)
        if reset is not None and remaining in {"0", ""}:
            yield reset
