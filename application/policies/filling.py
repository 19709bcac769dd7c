"""What a person leaves open about a model is filled in from the best source there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from domain.model.values import MANUAL, Limits, Price

if TYPE_CHECKING:
    from decimal import Decimal

    from application.ports.catalogue import KnownModel
    from application.ports.provider_gateway import OfferedModel

T = TypeVar("T")

LIVE = "live"
CATALOGUE = "catalogue"
GENAI_PRICES = "genai-prices"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What is to be registered of a model; `sources` says where each filled field is from."""

    name: str
    version: str | None
    type: str
    capabilities: list[str]
    limits: Limits
    price: Price | None
    sources: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFacts:
    """What a person says of a model; none where nothing was said. Costs in USD per 1,000 tokens."""

    name: str | None = None
    version: str | None = None
    type: str | None = None
    capabilities: list[str] | None = None
    context_window: int | None = None
    max_tokens: int | None = None
    cost_per_1k: Decimal | None = None
    input_per_1k: Decimal | None = None
    output_per_1k: Decimal | None = None


@dataclass(slots=True)
class _Choices:
    """Picks the first source that has the field, and notes which it was."""

    sources: dict[str, str] = field(default_factory=dict)

    def first(self, name: str, *candidates: tuple[str, T | None]) -> T | None:
        for source, value in candidates:
            if value is not None:
                self.sources[name] = source
                return value
        return None


def filled(model_id: str, given: GivenFacts, known: KnownModel, offered: OfferedModel | None = None) -> ModelFacts:
    """Return the facts: a person's first, then the provider's live answer, then the catalogue, then genai-prices.

    A field that nobody knows stays none (`unknown` for the type, no capabilities), and has no source.
    """
    pick = _Choices()

    def best(name: str, manual: T | None, live: T | None, catalogue: T | None, source: str = CATALOGUE) -> T | None:
        return pick.first(name, (MANUAL, manual), (LIVE, live), (source, catalogue))

    name = best("name", given.name, offered and offered.name, known.name)
    version = best("version", given.version, offered and offered.version, known.version)
    model_type = best("type", given.type, offered and offered.type, known.type)
    live_capabilities: Any = offered and offered.capabilities
    capabilities = best("capabilities", given.capabilities, live_capabilities, known.capabilities)
    context_window = best(
        "contextWindow",
        given.context_window,
        offered and offered.context_window,
        known.context_window,
        known.context_window_source,
    )
    max_tokens = best("maxTokens", given.max_tokens, offered and offered.max_tokens, known.max_tokens)
    price = given_price(given) or offered_price(offered) or known_price(known)
    if price is not None:
        pick.sources["price"] = price.source
    return ModelFacts(
        name=name or model_id,
        version=version,
        type=model_type or "unknown",
        capabilities=list(capabilities or ()),
        limits=Limits(context_window=context_window, max_tokens=max_tokens),
        price=price,
        sources=pick.sources,
    )


def given_price(given: GivenFacts) -> Price | None:
    """Return the price a person gave: one cost counts for tokens read and written alike."""
    if given.input_per_1k is not None or given.output_per_1k is not None:
        return Price(given.input_per_1k, given.output_per_1k, MANUAL)
    if given.cost_per_1k is not None:
        return Price(given.cost_per_1k, given.cost_per_1k, MANUAL)
    return None


def offered_price(offered: OfferedModel | None) -> Price | None:
    """Return the price in the provider's own list, if it has one."""
    if offered is None or (offered.input_per_1k is None and offered.output_per_1k is None):
        return None
    return Price(offered.input_per_1k, offered.output_per_1k, LIVE)


def known_price(known: KnownModel) -> Price | None:
    """Return the price genai-prices knows, with the day it was true."""
    if known.input_per_1k is None and known.output_per_1k is None:
        return None
    return Price(known.input_per_1k, known.output_per_1k, GENAI_PRICES, known.price_as_of)
