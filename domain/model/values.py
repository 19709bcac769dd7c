"""The value objects of a model."""

from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

from domain.checked_documents import checked_label
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrices:
    """USD per 1,000 tokens of each kind; None where it is not known, 0 where it is known to be nothing."""

    input_per_1k: Decimal | None = None
    output_per_1k: Decimal | None = None
    cached_input_per_1k: Decimal | None = None
    cache_write_per_1k: Decimal | None = None
    cache_write_1h_per_1k: Decimal | None = None
    reasoning_per_1k: Decimal | None = None
    audio_input_per_1k: Decimal | None = None

    def by_kind(self) -> dict[str, Any]:
        """Return the prices by their fields, each a `Decimal` or None."""
        return {kind: getattr(self, kind) for kind in PRICED_KINDS}


PRICED_KINDS: Final = tuple(field.name for field in fields(TokenPrices))
"""The fields that are prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTier(TokenPrices):
    """USD per 1,000 tokens for calls that read more than so many tokens, at that service tier, or both.

    It counts for all tokens of such a call. What it does not name costs what it costs without the tier.
    """

    above_input_tokens: int = 0
    service_tier: str | None = None


@dataclass(frozen=True, slots=True)
class Price(TokenPrices):
    """USD per 1,000 tokens of each kind, with its source and the day on which it was valid (ISO date).

    Input or output may be None: an embedding has no output tokens. An unknown price is None, never 0. `tiers` are
    further prices for long prompts and other service tiers.
    """

    input_per_1k: Decimal | None
    output_per_1k: Decimal | None
    source: str
    as_of: str | None = None
    tiers: tuple[PriceTier, ...] = ()

    @property
    def currency(self) -> str:
        """What all prices are in."""
        return "USD"

    @property
    def headline(self) -> Decimal | None:
        """One figure for the price: the input price, or the output price if that is unknown."""
        return self.input_per_1k if self.input_per_1k is not None else self.output_per_1k

    def has_same_prices(self, other: Self | None) -> bool:
        """Return whether the other has the same figures, wherever they are from."""
        return other is not None and replace(other, source=self.source, as_of=self.as_of) == self


MOST_TIERS: Final = 20


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

    def on(self, day: date) -> Self:
        """Return the lifecycle on that day: retired from the day of the shutdown on."""
        has_ended = self.retires_on is not None and self.retires_on <= day.isoformat()
        return replace(self, lifecycle=RETIRED) if has_ended else self


NOT_TOLD: Final = Lifecycle()


def checked_price(price: Price | None) -> Price | None:
    """Return the price unchanged, or None if nothing of it is known.

    Raises:
        InvalidValue: an amount is negative, not finite, over 1,000 USD per 1,000 tokens, or finer than 30 decimals;
            there is neither an input nor an output price beside others; tiers are too many, or two are for the same
            calls.
    """
    if price is None:
        return None
    if price.input_per_1k is None and price.output_per_1k is None:
        if any(amount is not None for amount in price.by_kind().values()) or price.tiers:
            raise InvalidValue("pricing", "Name the price of input or output tokens beside the others.")
        return None
    if len(price.tiers) > MOST_TIERS:
        raise InvalidValue("tiers", f"A price has at most {MOST_TIERS} tiers.")
    _check_amounts(price)
    for tier in price.tiers:
        _check_tier(tier)
    if len({(tier.above_input_tokens, tier.service_tier) for tier in price.tiers}) < len(price.tiers):
        raise InvalidValue("tiers", "Two tiers are for the same calls.")
    return price


def _check_amounts(prices: TokenPrices) -> None:
    for kind, amount in prices.by_kind().items():
        first, *rest = kind.removesuffix("_per_1k").split("_")
        field = first + "".join(word.capitalize() for word in rest) + "Per1kTokens"
        if amount is not None and not (amount.is_finite() and 0 <= amount <= HIGHEST_COST):
            raise InvalidValue(field, f"A price is between 0 and {HIGHEST_COST} USD per 1,000 tokens.")
        exponent = 0 if amount is None else amount.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -MOST_DECIMALS:
            raise InvalidValue(field, f"A price has at most {MOST_DECIMALS} decimals.")


def _check_tier(tier: PriceTier) -> None:
    _check_amounts(tier)
    if not 0 <= tier.above_input_tokens <= MOST_TOKENS:
        raise InvalidValue("tiers", f"A tier begins above 0 to {MOST_TOKENS} tokens.")
    if tier.service_tier is not None:
        checked_label("tiers", tier.service_tier)
    if not tier.above_input_tokens and tier.service_tier is None:
        raise InvalidValue(
            "tiers", "A tier gives the input tokens above which, or the service tier at which, it applies."
        )
    if all(amount is None for amount in tier.by_kind().values()):
        raise InvalidValue("tiers", "A tier names at least one price.")


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
