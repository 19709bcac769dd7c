"""What is known about models beyond what their providers report."""

from dataclasses import dataclass
from typing import Protocol

from application.ports.provider_gateway import PriceReason
from domain.model.values import PriceTier, TokenPrices


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel(TokenPrices):
    """Facts about a model; none where nothing is known. Prices in USD per 1,000 tokens; dates are ISO dates.

    `retired_on` is the day it was shut down, or the day announced for it. What is in `capabilities` (words of
    `domain.model.capabilities`) it can do; it may be able to do more. `price_source` is whose list has the prices;
    `price_reason` is for a price that it has but that is none by the token. `aliases` are further ids of the model.
    """

    model_id: str
    name: str | None = None
    version: str | None = None
    type: str | None = None
    capabilities: tuple[str, ...] | None = None
    context_window: int | None = None
    context_window_source: str = "catalogue"
    max_tokens: int | None = None
    lifecycle: str | None = None
    retired_on: str | None = None
    tiers: tuple[PriceTier, ...] = ()
    price_as_of: str | None = None
    price_source: str = "genai-prices"
    price_reason: PriceReason | None = None
    aliases: tuple[str, ...] = ()


class Catalogue(Protocol):
    """Looks models up; in memory, never over the network."""

    def look_up(self, provider_type: str, model_id: str, *, endpoint: str | None = None) -> KnownModel:
        """Return what is known of the model, which may be nothing; an unknown id is never guessed at.

        The endpoint identifies the service when the type is `openai_compatible`.
        """
        ...
