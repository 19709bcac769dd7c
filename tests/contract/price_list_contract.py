"""What every list of prices keeps to."""

from abc import abstractmethod
from decimal import Decimal

import pytest

from application.prompts.price_list import ListedCall, PriceList, Tariff, Unpriced

OPENAI = "https://api.openai.com/v1"


class PriceListContract:
    """For a list that has gpt-4o at 2.50 and 10 USD per million tokens, and gpt-5 ordinarily and at the tier flex."""

    @pytest.fixture
    @abstractmethod
    def price_list(self) -> PriceList: ...

    def _asked(self, *model_ids: str, **conditions: str) -> ListedCall:
        return ListedCall(provider_type="openai", endpoint=OPENAI, model_ids=model_ids, conditions=conditions)

    def test_a_model_has_a_tariff_in_usd_for_one_token(self, price_list: PriceList) -> None:
        tariff = price_list.tariff(self._asked("gpt-4o"))
        assert isinstance(tariff, Tariff)
        rates = tariff.rates_for(1000)
        assert (rates["input"], rates["output"]) == (Decimal("0.0000025"), Decimal("0.00001"))
        assert tariff.source == "genai-prices"

    def test_the_first_name_that_the_list_has_counts(self, price_list: PriceList) -> None:
        found = price_list.tariff(self._asked("chat-prod-eu", "gpt-4o"))
        assert found == price_list.tariff(self._asked("gpt-4o"))

    @pytest.mark.parametrize("model_id", ["gpt-4o-does-not-exist", "chat-prod-eu", ""])
    def test_an_unknown_model_is_not_guessed_at(self, price_list: PriceList, model_id: str) -> None:
        found = price_list.tariff(self._asked(model_id))
        assert isinstance(found, Unpriced)
        assert found.reason == "price-unknown"

    def test_a_service_tier_has_its_own_price(self, price_list: PriceList) -> None:
        ordinary, flex = (
            price_list.tariff(self._asked("gpt-5")),
            price_list.tariff(self._asked("gpt-5", service_tier="flex")),
        )
        assert isinstance(ordinary, Tariff)
        assert isinstance(flex, Tariff)
        assert flex.rates["input"] * 2 == ordinary.rates["input"]

    @pytest.mark.parametrize(("model_id", "tier"), [("gpt-5", "ultrafast"), ("gpt-4o", "no-such-tier")])
    def test_an_unknown_tier_is_unknown_and_not_the_ordinary_one(
        self, price_list: PriceList, model_id: str, tier: str
    ) -> None:
        found = price_list.tariff(self._asked(model_id, service_tier=tier))
        assert isinstance(found, Unpriced)
        assert found.reason == "tier-unknown"
        assert found.detail.endswith(".")
