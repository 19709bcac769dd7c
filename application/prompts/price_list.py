"""What a call is charged at by its provider's list of prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, Protocol

TokenKind = Literal[
    "input",
    "cachedInput",
    "cacheWrite",
    "cacheWrite1h",
    "audioInput",
    "cachedAudioInput",
    "imageInput",
    "output",
    "reasoning",
    "audioOutput",
    "imageOutput",
    "webSearch",
]
"""What is charged for, each kind without the others: `input` is what is neither cached, nor written to a cache, nor
audio. `cacheWrite` is for the usual lifetime, `cacheWrite1h` for an hour. A web search is no token."""

KIND_OF_PRICE: Final[Mapping[str, TokenKind]] = {
    "input_per_1k": "input",
    "output_per_1k": "output",
    "cached_input_per_1k": "cachedInput",
    "cache_write_per_1k": "cacheWrite",
    "cache_write_1h_per_1k": "cacheWrite1h",
    "reasoning_per_1k": "reasoning",
    "audio_input_per_1k": "audioInput",
}
"""What the prices of a model are for (`domain.model.values.TokenPrices`)."""

UnknownCost = Literal["price-unknown", "usage-unknown", "tier-unknown", "other-charges"]
"""Why a cost is not known: the model or a kind of token has no price; the provider did not count the tokens; the
service tier has no price; the provider charges for something besides tokens."""

Rates = dict[TokenKind, "Decimal"]
"""USD for one token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What the tokens of a call cost. `tiers` are for calls that read more than so many tokens, the lowest first.

    `source` is a person (`manual`), the provider's own list (`live`), genai-prices, or our own `catalogue`.
    """

    source: str
    rates: Rates
    tiers: Sequence[tuple[int, Rates]] = ()

    def rates_for(self, input_tokens: int) -> Rates:
        """Return the rates of a call that reads so many tokens, which are those of all its tokens."""
        for above, rates in reversed(self.tiers):
            if input_tokens > above:
                return rates
        return self.rates


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Why there is no tariff, with a sentence for people."""

    reason: UnknownCost
    detail: str


@dataclass(slots=True, kw_only=True)
class ListedCall:
    """A call to be found in a list of prices.

    `model_ids` are names of the model that answered, the surest first. `conditions` are what else the provider's price
    depends on, such as `{"service_tier": "flex"}` or `{"speed": "fast"}`; the ordinary ones are left out.
    """

    provider_type: str
    endpoint: str
    model_ids: tuple[str, ...]
    conditions: Mapping[str, str] = field(default_factory=dict)


class PriceList(Protocol):
    """Looks prices up as of now; in memory, never over the network."""

    def tariff(self, call: ListedCall) -> Tariff | Unpriced:
        """Return what exactly this model costs under exactly these conditions; nothing is guessed."""
        ...
