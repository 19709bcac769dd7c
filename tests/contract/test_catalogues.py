from datetime import date
from decimal import Decimal

import pytest

from adapters.catalogue.packaged_catalogue import PackagedCatalogue
from application.ports.catalogue import KnownModel
from tests.contract.catalogue_contract import MISTRAL, CatalogueContract
from tests.fakes.catalogue import FakeCatalogue

GPT_4O = KnownModel(
    model_id="gpt-4o",
    name="GPT-4o",
    type="multimodal",
    capabilities=("text", "vision"),
    context_window=128_000,
    max_tokens=16_384,
    input_per_1k=Decimal("0.0025"),
    output_per_1k=Decimal("0.01"),
    price_as_of="2026-11-01",
)
GEMINI = KnownModel(
    model_id="gemini-2.0-flash",
    context_window=1_048_576,
    max_tokens=8192,
    lifecycle="retired",
    retired_on="2026-06-01",
    aliases=("gemini-2.0-flash-001",),
    input_per_1k=Decimal("0.0001"),
    output_per_1k=Decimal("0.0004"),
)
MISTRAL_SMALL = KnownModel(
    model_id="mistral-small-latest", type="multimodal", context_window=262_144, input_per_1k=Decimal("0.00015")
)


class TestFakeCatalogue(CatalogueContract):
    @pytest.fixture
    def catalogue(self) -> FakeCatalogue:
        return FakeCatalogue({"openai": [GPT_4O], "google": [GEMINI], MISTRAL: [MISTRAL_SMALL]})


class TestPackagedCatalogue(CatalogueContract):
    @pytest.fixture
    def catalogue(self) -> PackagedCatalogue:
        return PackagedCatalogue(today=lambda: date(2026, 11, 22))
