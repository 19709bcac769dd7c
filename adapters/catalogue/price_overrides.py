"""Prices of our own, in `price_overrides.json`, that come before those of genai-prices.

To correct a price or add one, edit the file, and give the provider's page and the day on which it was read.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any, Self

from genai_prices.types import ClauseEquals, ModelInfo, ModelPrice, Tier, TieredPrices


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOverrides:
    """Entries as genai-prices has them by provider, the day each was published, and what service tiers cost.

    A tier is some times the ordinary price, from a day on, the latest last.
    """

    models: Mapping[str, Sequence[ModelInfo]] = field(default_factory=dict)
    as_of: Mapping[tuple[str, str], str] = field(default_factory=dict)
    service_tiers: Mapping[tuple[str, str, str], Sequence[tuple[date, Decimal]]] = field(default_factory=dict)

    @classmethod
    def packaged(cls) -> Self:
        """Read the file that comes with the service."""
        text = files("adapters.catalogue").joinpath("price_overrides.json").read_text("utf-8")
        document = json.loads(text)
        models: dict[str, list[ModelInfo]] = {}
        for row in document["models"]:
            models.setdefault(row["provider"], []).append(_model(row))
        return cls(
            models=models,
            as_of={(row["provider"], row["id"]): row["as_of"] for row in document["models"]},
            service_tiers={
                (row["provider"], model_id, tier): [(date.fromisoformat(day), Decimal(times)) for day, times in steps]
                for row in document["service_tiers"]
                for model_id in row["ids"]
                for tier, steps in row["tiers"].items()
            },
        )

    def times(self, provider_id: str, model_id: str, service_tier: str, day: date) -> Decimal | None:
        """Return how many times the ordinary price the tier costs on that day; none where it is not known."""
        steps = self.service_tiers.get((provider_id, model_id, service_tier), ())
        return next((times for start, times in reversed(steps) if start <= day), None)


def _model(row: Mapping[str, Any]) -> ModelInfo:
    prices: dict[str, Decimal | TieredPrices] = {key: Decimal(amount) for key, amount in row["prices"].items()}
    for start, above in row.get("above", {}).items():
        for key, amount in above.items():
            base = prices[key]
            tier = Tier(start=int(start), price=Decimal(amount))
            earlier = base.tiers if isinstance(base, TieredPrices) else []
            lowest = base.base if isinstance(base, TieredPrices) else base
            prices[key] = TieredPrices(base=lowest, tiers=[*earlier, tier])
    return ModelInfo(id=row["id"], match=ClauseEquals(row["id"]), prices=ModelPrice(**prices))
