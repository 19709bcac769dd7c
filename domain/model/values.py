"""Values a model is made of."""

from __future__ import annotations

from dataclasses import dataclass
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
"""language: text to text; multimodal: text and more to text; vision: about images alone; the others as they say."""

MANUAL: Final = "manual"
"""The source of a value that a person gave; no sync ever overwrites one."""

# A price above is a slip of units: prices are quoted per million tokens as often as per thousand.
HIGHEST_COST: Final = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Price:
    """USD per 1,000 tokens, read in and written out, with where it is from and the day it was true (ISO date).

    One of the two may be none: an embedding writes no tokens. Unknown is none, never 0.
    """

    input_per_1k: Decimal | None
    output_per_1k: Decimal | None
    source: str
    as_of: str | None = None

    @property
    def headline(self) -> Decimal | None:
        """The one figure for the price: what reading costs, or writing where nothing is said of reading."""
        return self.input_per_1k if self.input_per_1k is not None else self.output_per_1k


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many tokens a model reads and writes in one call; none where it is not known."""

    context_window: int | None
    max_tokens: int | None


def checked_price(price: Price | None) -> Price | None:
    """Return the price as it is.

    Raises:
        InvalidValue: a part of it is negative, not finite, or over 1,000 USD per 1,000 tokens.
    """
    if price is not None:
        for field, amount in (("inputPer1kTokens", price.input_per_1k), ("outputPer1kTokens", price.output_per_1k)):
            if amount is not None and not (amount.is_finite() and 0 <= amount <= HIGHEST_COST):
                raise InvalidValue(field, f"A price is between 0 and {HIGHEST_COST} USD per 1,000 tokens.")
    return price
