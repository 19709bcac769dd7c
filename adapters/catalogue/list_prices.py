"""List prices out of genai-prices.

Importing this module reads the whole price list: some 0.1 s and 8 MB in a process that has pydantic already.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any, Final

from genai_prices.data import providers as packaged_providers
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from adapters.catalogue.price_guard import PriceGuard
from adapters.catalogue.price_matching import named_in_full, names, without_date
from adapters.catalogue.price_overrides import PriceOverrides
from adapters.catalogue.tariffs import SOURCE, listed_tariff, tariff_of
from application.ports.provider_gateway import IMPLAUSIBLE, SOLD_OTHERWISE, PriceReason
from application.prompts.price_list import KIND_OF_PRICE, Rates, Tariff, Unpriced
from domain.model.values import PriceTier, TokenPrices

CHECKED_ON: Final = {"0.2.3": "2026-11-04"}
"""By release, the latest day that its own notes name as checked; it does not say how old its prices are."""

OWN_SOURCE: Final = "catalogue"
"""The source of prices in our own file."""

# api-docs.deepseek.com/quick_start/pricing: weekends are off-peak all day (from 2026-08-23), as is 10:00 to 01:00 UTC.
# Chinese public holidays are too, for which the price here is the dearer one.
_DEEPSEEK_BY_THE_HOUR: Final = frozenset({"deepseek-flash", "deepseek-v4-flash", "deepseek-v4-pro"})
_DEEPSEEK_WEEKENDS: Final = date(2026, 8, 23)
_OFF_PEAK_HOUR: Final = 12
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrice(TokenPrices):
    """The price of a model in the list; `reason` is why an entry has no price by the token."""

    context_window: int | None
    reason: PriceReason | None = None
    tiers: tuple[PriceTier, ...] = ()
    source: str = SOURCE
    as_of: str | None = None


class _Shelf:
    """The models of one provider, so ordered that few of them need to be looked at for an id."""

    def __init__(self, models: Sequence[ModelInfo]) -> None:
        self._models = models
        self._by_name: dict[str, list[int]] = {}
        self._others: list[int] = []
        for place, model in enumerate(models):
            found = named_in_full(model.match)
            if found is None:
                self._others.append(place)
            for name in found or ():
                self._by_name.setdefault(name, []).append(place)

    def find(self, model_id: str) -> ModelInfo | None:
        """Return the first model with this id (in lower case)."""
        named = (self._by_name.get(name, ()) for name in (model_id, without_date(model_id)))
        places = sorted({*self._others, *(place for found in named for place in found)})
        return next((self._models[place] for place in places if names(self._models[place].match, model_id)), None)


class GenaiPrices:
    """Finds the list price of exactly the model that is requested."""

    def __init__(
        self, providers: Sequence[Provider] = packaged_providers, overrides: PriceOverrides | None = None
    ) -> None:
        self._providers = {provider.id: provider for provider in providers}
        self._overrides = overrides or PriceOverrides.packaged()
        self._shelves: dict[str, _Shelf] = {}
        self._guard = PriceGuard()
        self.as_of = CHECKED_ON.get(version("genai-prices"))

    def provider_at(self, endpoint: str) -> str | None:
        """Return which provider answers at this endpoint, or none that is known."""
        answering = (known.id for known in self._providers.values() if re.match(known.api_pattern, endpoint))
        return next(answering, None)

    def find(self, provider_ids: Sequence[str], model_ids: Sequence[str], day: date) -> ListPrice | None:
        """Return the price on that day of the first of these models that one of these providers has, else none.

        A price by the hour of the day is the dearest, and one that cannot be right is none.
        """
        found = self._entry(provider_ids, model_ids)
        return None if found is None else self._listed(*found, day)

    def tariff(
        self, provider_ids: Sequence[str], model_ids: Sequence[str], conditions: Mapping[str, str], at: datetime
    ) -> Tariff | Unpriced | None:
        """Return what the first of these models costs at that time under these conditions; none if none is listed."""
        found = self._entry(provider_ids, model_ids)
        if found is None:
            return None
        provider_id, model_id, model = found
        if conditions and provider_id != provider_ids[0]:
            return Unpriced("tier-unknown", f"The price list has only the ordinary price of {model.id} there.")
        others = dict(conditions)
        times = self._overrides.times(provider_id, model.id, conditions.get("service_tier", ""), at.date())
        if times is not None:
            del others["service_tier"]
        tariff = listed_tariff(provider_id, model, others, _charged_as_at(model, at), times or Decimal(1))
        if isinstance(tariff, Tariff) and (provider_id, model.id) in self._overrides.as_of:
            tariff = replace(tariff, source=OWN_SOURCE)
        if isinstance(tariff, Tariff) and not self._is_plausible(f"{provider_id} {model_id}", tariff):
            return Unpriced("price-unknown", f"The price that the price list has of {model.id} cannot be right.")
        return tariff

    def _is_plausible(self, name: str, tariff: Tariff) -> bool:
        per_1k = [None if (rate := tariff.rates.get(kind)) is None else rate.scaleb(3) for kind in ("input", "output")]
        return self._guard.lets_pass(name, *per_1k)

    def _entry(self, provider_ids: Sequence[str], model_ids: Sequence[str]) -> tuple[str, str, ModelInfo] | None:
        for provider_id in provider_ids:
            for model_id in model_ids:
                if (model := self._model(provider_id, model_id)) is not None:
                    return provider_id, model_id, model
        return None

    def _model(self, provider_id: str, model_id: str) -> ModelInfo | None:
        shelf = self._shelves.get(provider_id)
        if shelf is None:
            shelf = self._shelves[provider_id] = _Shelf(
                [*self._overrides.models.get(provider_id, ()), *self._providers[provider_id].models]
            )
        return shelf.find(model_id.lower())

    def _listed(self, provider_id: str, model_id: str, model: ModelInfo, day: date) -> ListPrice:
        price = _price_on(model, day)
        tariff = tariff_of(price)
        # Models at one price share an entry there; the window is that of the one that gives it its name.
        window = model.context_window if model.id == model_id else None
        if not self._is_plausible(f"{provider_id} {model_id}", tariff):
            return ListPrice(context_window=window, reason=IMPLAUSIBLE)
        amounts = _amounts(tariff.rates)
        if "input_per_1k" not in amounts and "output_per_1k" not in amounts:
            reason = SOLD_OTHERWISE if _has_figures(price) else None
            return ListPrice(context_window=window, reason=reason)
        tiers = tuple(PriceTier(above_input_tokens=above, **_amounts(rates)) for above, rates in tariff.tiers)
        published = self._overrides.as_of.get((provider_id, model.id))
        source = SOURCE if published is None else OWN_SOURCE
        return ListPrice(context_window=window, tiers=tiers, source=source, as_of=published or self.as_of, **amounts)


def _has_figures(price: ModelPrice) -> bool:
    return any(figure is not None for figure in vars(price).values())


def _price_on(model: ModelInfo, day: date) -> ModelPrice:
    """Later conditions take precedence; those by the hour come after the one by the date that they refine."""
    if isinstance(model.prices, ModelPrice):
        return model.prices
    candidates = []
    for conditional in reversed(model.prices):
        if _is_in_force(conditional, day):
            candidates.append(conditional.prices)
            if not isinstance(conditional.constraint, TimeOfDateConstraint):
                break
    return max(candidates, key=_cost, default=model.prices[0].prices)


def _is_in_force(conditional: ConditionalPrice, day: date) -> bool:
    constraint = conditional.constraint
    return constraint.start_date <= day if isinstance(constraint, StartDateConstraint) else True


def _cost(price: ModelPrice) -> Decimal:
    return (_per_1k(price.input_mtok) or Decimal(0)) + (_per_1k(price.output_mtok) or Decimal(0))


def _per_1k(per_million: Decimal | TieredPrices | None) -> Decimal | None:
    base = per_million.base if isinstance(per_million, TieredPrices) else per_million
    return None if base is None else base.scaleb(-3)


def _amounts(rates: Rates) -> dict[str, Any]:
    return {price: _written_out(rates[kind]) for price, kind in KIND_OF_PRICE.items() if kind in rates}


def _written_out(rate: Decimal) -> Decimal:
    """Return the rate for 1,000 tokens, without an exponent and without zeros at its end."""
    return Decimal(format(rate.scaleb(3).normalize(), "f"))


def _charged_as_at(model: ModelInfo, at: datetime) -> datetime:
    """Return a time with the prices of `at`: genai-prices has hours of the day, but no days of the week."""
    is_weekend = at.weekday() >= _SATURDAY and at.date() >= _DEEPSEEK_WEEKENDS
    return at.replace(hour=_OFF_PEAK_HOUR) if is_weekend and model.id in _DEEPSEEK_BY_THE_HOUR else at
