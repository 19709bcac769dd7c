"""A list of prices that has what a test puts into it."""

from collections.abc import Mapping

from application.prompts.price_list import ListedCall, Tariff, Unpriced


class FakePriceList:
    """Has ordinary tariffs by provider type and model id, and those under a condition by its value behind them."""

    def __init__(self, tariffs: Mapping[tuple[str, ...], Tariff] | None = None) -> None:
        self.tariffs = dict(tariffs or {})
        self.asked: list[ListedCall] = []

    def tariff(self, call: ListedCall) -> Tariff | Unpriced:
        self.asked.append(call)
        for model_id in call.model_ids:
            if (call.provider_type, model_id) in self.tariffs:
                named = (call.provider_type, model_id, *call.conditions.values())
                unknown = Unpriced("tier-unknown", f"There is no price of {model_id} for that.")
                return self.tariffs.get(named, unknown)
        return Unpriced("price-unknown", "There is no such model.")
