"""The value objects of a model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from domain.errors import InvalidValue

MODEL_TYPES: Final = (
    "vision",
    "language",
    "multimodal",
    "embedding",
    "image",
    "audio",
    "video",
    "moderation",
    "rerank",
    "unknown",
)
"""language: text to text; multimodal: text and more to text; vision: images; the others are named for their task."""

MANUAL: Final = "manual"
"""The source of a value that a person gave; no sync ever overwrites one."""

RETIRED: Final = "retired"
LIFECYCLES: Final = ("active", "preview", "deprecated", RETIRED)
"""deprecated: it still answers, but its end is announced; retired: it answers no more."""

# A price above is a slip of units: prices are quoted per million tokens as often as per thousand.
HIGHEST_COST: Final = Decimal(1000)

# Written out in full, 1E-999999 would be a million digits; no price has thirty.
MOST_DECIMALS: Final = 30
MOST_TOKENS: Final = 10**12


@dataclass(frozen=True, slots=True)
class Price:
    """USD per 1,000 input and output tokens, with its source and the day on which it was valid (ISO date).

    One of the two may be None: an embedding has no output tokens. An unknown price is None, never 0.
    """

    input_per_1k: Decimal | None
    output_per_1k: Decimal | None
    source: str
    as_of: str | None = None

    @property
    def currency(self) -> str:
        """What all prices are in."""
        return "USD"

    @property
    def headline(self) -> Decimal | None:
        """One figure for the price: the input price, or the output price if that is unknown."""
        return self.input_per_1k if self.input_per_1k is not None else self.output_per_1k


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most tokens that a model reads and writes in one call; None if unknown."""

    context_window: int | None
    max_tokens: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The lifecycle of a model at its provider and the day of its shutdown (ISO date); None if unknown.

    These are the announced facts. Use `on` to get the lifecycle on a day, which may be after the shutdown.
    """

    lifecycle: str | None = None
    retires_on: str | None = None

    def on(self, day: date) -> Lifecycle:
        """Return the lifecycle on that day: retired from the day of the shutdown on."""
        has_ended = self.retires_on is not None and self.retires_on <= day.isoformat()
        return replace(self, lifecycle=RETIRED) if has_ended else self


NOT_TOLD: Final = Lifecycle()


def checked_price(price: Price | None) -> Price | None:
    """Return the price unchanged, or None if neither part of it is known.

    Raises:
        InvalidValue: a part of it is negative, not finite, over 1,000 USD per 1,000 tokens, or finer than 30 decimals.
    """
    if price is None or (price.input_per_1k is None and price.output_per_1k is None):
        return None
    for field, amount in (("inputPer1kTokens", price.input_per_1k), ("outputPer1kTokens", price.output_per_1k)):
        if amount is not None and not (amount.is_finite() and 0 <= amount <= HIGHEST_COST):
            raise InvalidValue(field, f"A price is between 0 and {HIGHEST_COST} USD per 1,000 tokens.")
        exponent = 0 if amount is None else amount.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -MOST_DECIMALS:
            raise InvalidValue(field, f"A price has at most {MOST_DECIMALS} decimals.")
    return price


def checked_limits(limits: Limits) -> Limits:
    """Return the limits unchanged.

    Raises:
        InvalidValue: a limit is negative or more than a million million tokens.
    """
    for field, tokens in (("contextWindow", limits.context_window), ("maxTokens", limits.max_tokens)):
        if tokens is not None and not 0 <= tokens <= MOST_TOKENS:
            raise InvalidValue(field, f"A limit is between 0 and {MOST_TOKENS} tokens.")
    return limits


def checked_lifecycle(lifecycle: Lifecycle) -> Lifecycle:
    """Return the lifecycle unchanged.

    Raises:
        InvalidValue: it is not one of `LIFECYCLES`, or its day is not an ISO date.
    """
    if lifecycle.lifecycle not in (None, *LIFECYCLES):
        raise InvalidValue("lifecycle", f"A lifecycle is one of {', '.join(LIFECYCLES)}.")
    if lifecycle.retires_on is not None:
        try:
            is_iso_date = date.fromisoformat(lifecycle.retires_on).isoformat() == lifecycle.retires_on
        except ValueError:
            is_iso_date = False
        if not is_iso_date:
            raise InvalidValue("retiresOn", "The day a model is shut down is an ISO date, such as 2027-01-14.")
    return lifecycle
