"""The catalogue that comes with the service."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from adapters.catalogue.known_models import FINE_TUNED, Entry, KnownModels, version_of
from adapters.catalogue.provider_services import AZURE, PRICED_AS, service_of
from application.ports.catalogue import KnownModel
from application.prompts.price_list import Tariff, Unpriced

if TYPE_CHECKING:
    from adapters.catalogue.list_prices import GenaiPrices, ListPrice


_GOOGLE_PREFIX: Final = "models/"
_REMEMBERED: Final = 8192


def utc_today() -> date:
    """Return the date in UTC."""
    return datetime.now(UTC).date()


class PackagedCatalogue:
    """Implements `application.ports.catalogue.Catalogue`. Caches the last answers, for the rest of the day."""

    def __init__(self, today: Callable[[], date] = utc_today) -> None:
        self._today = today
        self._models = KnownModels.packaged()
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._known)

    def look_up(self, provider_type: str, model_id: str, *, endpoint: str | None = None) -> KnownModel:
        return self._remembered(provider_type, model_id, endpoint, self._today())

    def warm_up(self) -> None:
        """Read the price list now instead of at the first look-up, which it would hold up for some 0.1 s."""
        _ = self._prices

    @cached_property
    def _prices(self) -> "GenaiPrices":
        # The import is what takes the time, and not every command needs a price.
        from adapters.catalogue.list_prices import GenaiPrices  # noqa: PLC0415

        return GenaiPrices()

    def tariff(
        self, provider_type: str, endpoint: str, model_id: str, conditions: Mapping[str, str], at: datetime
    ) -> Tariff | Unpriced | None:
        """Return what a call of the model costs at that time under these conditions; none where it has no entry."""
        service = service_of(provider_type, endpoint)
        own_id = model_id.removeprefix(_GOOGLE_PREFIX)
        entry = self._models.find("openai" if service == AZURE else service, own_id) if service else None
        return self._prices.tariff(self._sellers(service, endpoint), _price_ids(own_id, entry), conditions, at)

    def _known(self, provider_type: str, model_id: str, endpoint: str | None, day: date) -> KnownModel:
        service = service_of(provider_type, endpoint)
        own_id = model_id.removeprefix(_GOOGLE_PREFIX)
        # Azure gives its models the ids of their makers.
        entry = self._models.find("openai" if service == AZURE else service, own_id) if service else None
        known = KnownModel(model_id=model_id) if entry is None else _described(model_id, own_id, entry)
        if entry is not None and service != AZURE:
            # Azure retires models on days of its own.
            known = replace(known, lifecycle=entry.lifecycle_on(day), retired_on=entry.retires_on)
        price = self._prices.find(self._sellers(service, endpoint), _price_ids(own_id, entry), day)
        return known if price is None else self._priced(known, price)

    def _sellers(self, service: str | None, endpoint: str | None) -> Sequence[str]:
        """Return the providers of genai-prices whose prices count, the first that has one."""
        if service is not None:
            return PRICED_AS[service]
        provider_id = self._prices.provider_at(endpoint) if endpoint else None
        return () if provider_id is None else (provider_id,)

    def _priced(self, known: KnownModel, price: "ListPrice") -> KnownModel:
        is_priced = price.input_per_1k is not None or price.output_per_1k is not None
        known = replace(
            known,
            tiers=price.tiers,
            **price.by_kind(),
            price_as_of=price.as_of if is_priced else None,
            price_source=price.source,
            price_reason=price.reason,
        )
        if known.context_window is None and price.context_window is not None:
            known = replace(known, context_window=price.context_window, context_window_source="genai-prices")
        return known


def _price_ids(own_id: str, entry: Entry | None) -> tuple[str, ...]:
    """Return the names that its price may be listed under, the likeliest first."""
    if entry is None or own_id.startswith(FINE_TUNED):
        # A fine-tuned model has a price of its own, or none that is known.
        return (own_id,)
    first = () if entry.price_id is None else (entry.price_id,)
    return (*first, own_id, *entry.ids)


def _described(model_id: str, own_id: str, entry: Entry) -> KnownModel:
    is_fine_tuned = own_id.startswith(FINE_TUNED)
    return KnownModel(
        model_id=model_id,
        # It is its owner who gives a fine-tuned model a name.
        name=None if is_fine_tuned else entry.name,
        version=None if is_fine_tuned else version_of(own_id),
        type=entry.type,
        capabilities=entry.capabilities,
        context_window=entry.context_window,
        max_tokens=entry.max_tokens,
        aliases=() if is_fine_tuned else tuple(name for name in entry.ids if name != own_id),
    )
