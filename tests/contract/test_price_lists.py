"""The contract of lists of prices, for the one of the tests and for ours."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from adapters.catalogue.packaged_catalogue import PackagedCatalogue
from adapters.catalogue.packaged_price_list import PackagedPriceList
from application.prompts.price_list import PriceList, Tariff
from tests.contract.price_list_contract import PriceListContract
from tests.fakes.price_list import FakePriceList


def _tariff(read: str, written: str) -> Tariff:
    return Tariff(source="genai-prices", rates={"input": Decimal(read), "output": Decimal(written)})


class TestFakePriceList(PriceListContract):
    @pytest.fixture
    def price_list(self) -> PriceList:
        return FakePriceList(
            {
                ("openai", "gpt-4o"): _tariff("0.0000025", "0.00001"),
                ("openai", "gpt-5"): _tariff("0.00000125", "0.00001"),
                ("openai", "gpt-5", "flex"): _tariff("0.000000625", "0.000005"),
            }
        )


class TestPackagedPriceList(PriceListContract):
    @pytest.fixture
    def price_list(self) -> PriceList:
        return PackagedPriceList(PackagedCatalogue(), now=lambda: datetime(2026, 11, 29, 12, tzinfo=UTC))
