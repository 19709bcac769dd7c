"""List prices out of genai-prices.

Importing this module reads the whole price list: some 0.1 s and 8 MB in a process that has pydantic already.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from genai_prices.data import providers as packaged_providers
from genai_prices.types import ModelPrice, StartDateConstraint, TieredPrices, TimeOfDateConstraint

from adapters.catalogue.price_guard import PriceGuard
from adapters.catalogue.price_matching import named_in_full, names, without_date
from application.ports.provider_gateway import IMPLAUSIBLE, SOLD_OTHERWISE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from genai_prices.types import ConditionalPrice, ModelInfo, Provider

    from application.ports.provider_gateway import PriceReason

CHECKED_ON: Final = {"0.2.3": "2026-11-04"}
"""By release, the latest day that its own notes name as checked; it does not say how old its prices are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrice:
    """USD per 1,000 tokens, none where it is not known; 0 is a price that is known to be nothing.

    `reason` says why an entry has no price by the token.
    """

    input_per_1k: Decimal | None
    output_per_1k: Decimal | None
    context_window: int | None
    reason: PriceReason | None = None


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
        """Return the first model that goes by this id (in lower case)."""
        named = (self._by_name.get(name, ()) for name in (model_id, without_date(model_id)))
        places = sorted({*self._others, *(place for found in named for place in found)})
        return next((self._models[place] for place in places if names(self._models[place].match, model_id)), None)


class GenaiPrices:
    """Finds the list price of exactly the model that is asked for."""

    def __init__(self, providers: Sequence[Provider] = packaged_providers) -> None:
        self._providers = {provider.id: provider for provider in providers}
        self._shelves: dict[str, _Shelf] = {}
        self._guard = PriceGuard()
        self.as_of = CHECKED_ON.get(version("genai-prices"))

    def provider_at(self, endpoint: str) -> str | None:
        """Return which provider answers at this endpoint, or none that is known."""
        answering = (known.id for known in self._providers.values() if re.match(known.api_pattern, endpoint))
        return next(answering, None)

    def find(self, provider_ids: Sequence[str], model_ids: Sequence[str], day: date) -> ListPrice | None:
        """Return the price on that day of the first of these models that one of these providers has, else none.

        A price in tiers is that of the lowest tier, one by the hour of the day the dearest, and one that cannot be
        right is none.
        """
        for provider_id in provider_ids:
            for model_id in model_ids:
                if (model := self._model(provider_id, model_id)) is not None:
                    return self._listed(provider_id, model_id, model, day)
        return None

    def _model(self, provider_id: str, model_id: str) -> ModelInfo | None:
        shelf = self._shelves.get(provider_id)
        if shelf is None:
            shelf = self._shelves[provider_id] = _Shelf(self._providers[provider_id].models)
        return shelf.find(model_id.lower())

    def _listed(self, provider_id: str, model_id: str, model: ModelInfo, day: date) -> ListPrice:
        price = _price_on(model, day)
        read, written = _per_1k(price.input_mtok), _per_1k(price.output_mtok)
        reason = SOLD_OTHERWISE if read is None and written is None and _has_figures(price) else None
        if not self._guard.lets_pass(f"{provider_id} {model_id}", read, written):
            read, written, reason = None, None, IMPLAUSIBLE
        return ListPrice(
            input_per_1k=read,
            output_per_1k=written,
            # Models at one price share an entry there; the window is that of the one that gives it its name.
            context_window=model.context_window if model.id == model_id else None,
            reason=reason,
        )


def _has_figures(price: ModelPrice) -> bool:
    return any(figure is not None for figure in vars(price).values())


def _price_on(model: ModelInfo, day: date) -> ModelPrice:
    """Later conditions take precedence; those by the hour stand behind the one by the date that they refine."""
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
