"""The prices that calls are charged at, as of now."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from adapters.catalogue.packaged_catalogue import PackagedCatalogue
from adapters.catalogue.provider_services import service_of
from application.prompts.price_list import ListedCall, Tariff, Unpriced

_REMEMBERED: Final = 4_096
_OPENAI: Final = "api.openai.com"


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class PackagedPriceList:
    """Implements `application.prompts.price_list.PriceList`. Caches the last answers, for a minute."""

    def __init__(self, catalogue: PackagedCatalogue, now: Callable[[], datetime] = utc_now) -> None:
        self._catalogue = catalogue
        self._now = now
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._tariff)

    def tariff(self, call: ListedCall) -> Tariff | Unpriced:
        minute = self._now().replace(second=0, microsecond=0)
        conditions = tuple(sorted(call.conditions.items())) if call.conditions else ()
        return self._remembered(call.provider_type, call.endpoint, call.model_ids, conditions, minute)

    def _tariff(
        self,
        provider_type: str,
        endpoint: str,
        model_ids: tuple[str, ...],
        conditions: tuple[tuple[str, str], ...],
        at: datetime,
    ) -> Tariff | Unpriced:
        host = urlsplit(endpoint).hostname or ""
        if service_of(provider_type, endpoint) == "openai" and host.endswith(f".{_OPENAI}"):
            # developers.openai.com/api/docs/pricing: 10 % more for models released after March 5, 2026.
            return Unpriced("tier-unknown", "The price list has no prices of OpenAI's regional endpoints.")
        for model_id in model_ids:
            tariff = self._catalogue.tariff(provider_type, endpoint, model_id, dict(conditions), at)
            if tariff is not None:
                return tariff
        return Unpriced("price-unknown", f"The price list does not have {' or '.join(model_ids)}.")
