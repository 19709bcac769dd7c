"""Fills missing model facts from the best source."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from application.ports.catalogue import KnownModel
from application.ports.provider_gateway import UNLISTED, OfferedModel, PriceReason
from domain.model.aggregate import Model
from domain.model.facts import source_name
from domain.model.values import MANUAL, RETIRED, Lifecycle, Limits, Price, PriceTier, TokenPrices
from domain.names import LONGEST_NAME

T = TypeVar("T")

LIVE = "live"
CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What is to be registered of a model; `sources` says where each filled field is from.

    `price_reason` says why there is no price, where there is none.
    """

    name: str
    version: str | None
    type: str
    capabilities: list[str]
    limits: Limits
    price: Price | None
    price_reason: PriceReason | None
    lifecycle: Lifecycle
    sources: dict[str, str]

    @property
    def cost_per_1k(self) -> Decimal | None:
        """The one figure for the price, none where there is no price."""
        return None if self.price is None else self.price.headline

    def registered(
        self, registered_id: UUID, *, provider_id: UUID, model_id: str, config: dict[str, Any], is_enabled: bool
    ) -> Model:
        """Return a new model with these facts, not saved yet.

        Raises:
            InvalidValue: a value is outside what its field allows.
        """
        return Model.register(
            registered_id,
            provider_id=provider_id,
            model_id=model_id,
            name=self.name,
            version=self.version,
            type=self.type,
            capabilities=self.capabilities,
            config=config,
            limits=self.limits,
            price=self.price,
            lifecycle=self.lifecycle,
            is_enabled=is_enabled,
            sources=self.sources,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFacts(TokenPrices):
    """What a person says about a model; none where nothing was said. Costs in USD per 1,000 tokens."""

    name: str | None = None
    version: str | None = None
    type: str | None = None
    capabilities: list[str] | None = None
    context_window: int | None = None
    max_tokens: int | None = None
    cost_per_1k: Decimal | None = None
    tiers: tuple[PriceTier, ...] = ()


@dataclass(slots=True)
class _Choices:
    """Picks the first source that has the field, and notes which it was."""

    sources: dict[str, str] = field(default_factory=dict)

    def first(self, name: str, *candidates: tuple[str, T | None]) -> T | None:
        for source, value in candidates:
            if value is not None:
                self.sources[source_name(name)] = source
                return value
        return None

    def best(
        self, name: str, given: T | None, live: T | None, known: T | None, known_source: str = CATALOGUE
    ) -> T | None:
        return self.first(name, (MANUAL, given), (LIVE, live), (known_source, known))


def filled(model_id: str, given: GivenFacts, known: KnownModel, offered: OfferedModel | None = None) -> ModelFacts:
    """Return the facts: a person's first, then the provider's live answer, then the catalogue, then genai-prices.

    A field that nobody knows stays none (`unknown` for the type, no capabilities), and has no source.
    """
    pick = _Choices()
    live = offered or OfferedModel(model_id=model_id)
    capabilities = None if given.capabilities is None else tuple(given.capabilities)
    limits = Limits(
        context_window=pick.best(
            "context_window",
            given.context_window,
            live.context_window,
            known.context_window,
            known.context_window_source,
        ),
        max_tokens=pick.best("max_tokens", given.max_tokens, live.max_tokens, known.max_tokens),
    )
    price = given_price(given) or offered_price(live) or known_price(known)
    if price is not None:
        pick.sources["price"] = price.source
    return ModelFacts(
        name=pick.best("name", given.name, live.name, known.name) or model_id[:LONGEST_NAME],
        version=pick.best("version", given.version, live.version, known.version),
        type=pick.best("type", given.type, live.type, known.type) or "unknown",
        capabilities=sorted(pick.best("capabilities", capabilities, _together(live, known), known.capabilities) or ()),
        limits=limits,
        price=price,
        price_reason=None if price is not None else live.price_reason or known.price_reason or UNLISTED,
        lifecycle=Lifecycle(
            lifecycle=pick.best("lifecycle", None, live.lifecycle, known.lifecycle),
            retires_on=pick.best("retires_on", None, live.retires_on, _known_end(live, known)),
        ),
        sources=pick.sources,
    )


def _known_end(live: OfferedModel, known: KnownModel) -> str | None:
    """Return the day of its end as the catalogue has it, unless the provider's own date is later."""
    is_refuted = known.lifecycle == RETIRED and live.lifecycle not in (None, RETIRED)
    return None if is_refuted else known.retired_on


def _together(live: OfferedModel, known: KnownModel) -> tuple[str, ...] | None:
    """Return what the provider lists with what the catalogue adds: no list has everything a model can do."""
    if live.capabilities is None:
        return None
    return tuple(sorted({*live.capabilities, *(known.capabilities or ())}))


def given_price(given: GivenFacts) -> Price | None:
    """Return the price a person gave: one cost counts for tokens read and written alike."""
    price = Price(source=MANUAL, tiers=given.tiers, **given.by_kind())
    if not price.has_same_prices(Price(None, None, MANUAL)):
        return price
    return None if given.cost_per_1k is None else Price(given.cost_per_1k, given.cost_per_1k, MANUAL)


def offered_price(offered: OfferedModel) -> Price | None:
    """Return the price in the provider's own list, if it has one."""
    if offered.input_per_1k is None and offered.output_per_1k is None:
        return None
    return Price(source=LIVE, **offered.by_kind())


def known_price(known: KnownModel) -> Price | None:
    """Return the price that a list has, with the day it was true."""
    if known.input_per_1k is None and known.output_per_1k is None:
        return None
    return Price(source=known.price_source, as_of=known.price_as_of, tiers=known.tiers, **known.by_kind())
