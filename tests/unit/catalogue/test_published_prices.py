"""Calls cost what their providers publish, to the last digit. The figures are those of the providers' own pages."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from adapters.catalogue.packaged_catalogue import PackagedCatalogue
from adapters.catalogue.packaged_price_list import PackagedPriceList
from adapters.providers.chat_completions import completion as chat_completions
from adapters.providers.generate_content import completion as generate_content
from adapters.providers.messages import completion as messages
from adapters.providers.responses import completion as responses
from application.prompts.call_costs import cost_at
from application.prompts.completion import TokenUsage
from application.prompts.price_list import ListedCall

DOCUMENT: Final = json.loads((Path(__file__).parent / "data" / "published_prices.json").read_text("utf-8"))
CASES: Final[list[dict[str, Any]]] = DOCUMENT["cases"]
READERS: Final[dict[str, Callable[[dict[str, Any]], TokenUsage]]] = {
    "chat": chat_completions.read_usage,
    "responses": responses.read_usage,
    "messages": messages.read_usage,
    "gemini": generate_content.read_usage,
}
SERVICES: Final = {
    "openai": ("openai", "https://api.openai.com/v1"),
    "anthropic": ("anthropic", "https://api.anthropic.com"),
    "google": ("google", "https://generativelanguage.googleapis.com/v1beta"),
    "deepseek": ("openai_compatible", "https://api.deepseek.com"),
}
USUALLY: Final = "2026-11-27T12:00:00Z"
CATALOGUE: Final = PackagedCatalogue()


def test_a_call_costs_what_the_provider_publishes() -> None:
    for case in CASES:
        costs_what_is_published(case)


def costs_what_is_published(case: dict[str, Any]) -> None:
    worked_out = sum(tokens * Decimal(per_million) for tokens, per_million in case["terms"]) / 1_000_000
    assert worked_out == Decimal(case["usd"]), case
    provider_type, endpoint = SERVICES[case["provider"]]
    at = datetime.fromisoformat(case.get("at", USUALLY))
    call = ListedCall(
        provider_type=provider_type,
        endpoint=endpoint,
        model_ids=(case["model"],),
        conditions=case.get("conditions", {}),
    )
    tariff = PackagedPriceList(CATALOGUE, now=lambda: at).tariff(call)
    cost = cost_at(tariff, READERS[case["protocol"]](case["usage"]))
    assert (cost.usd, cost.unknown) == (Decimal(case["usd"]), None), case
    assert sum(part.usd for part in cost.parts) == cost.usd, case


def test_there_are_enough_of_them_each_with_a_page_and_a_day() -> None:
    assert len(CASES) >= 60
    assert len({case["model"] for case in CASES}) >= 10
    assert len({case["provider"] for case in CASES}) >= 4
    for case in CASES:
        page = DOCUMENT["pages"][case["page"]]
        assert page["url"].startswith("https://")
        assert date.fromisoformat(page["read"]) <= date(2026, 11, 29)
