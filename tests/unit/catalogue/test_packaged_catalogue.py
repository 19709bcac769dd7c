import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from adapters.catalogue.known_models import version_of
from adapters.catalogue.packaged_catalogue import PackagedCatalogue
from application.ports.catalogue import KnownModel

CATALOGUE = PackagedCatalogue(today=lambda: date(2026, 11, 22))


@pytest.mark.parametrize(
    ("provider_type", "model_id", "limits", "prices", "retired_on"),
    [
        ("google", "gemini-2.0-flash", (1_048_576, 8192), ("0.0001", "0.0004"), "2026-06-01"),
        ("google", "gemini-1.5-pro", (2_097_152, 8192), ("0.00125", "0.005"), "2025-09-29"),
        ("google", "gemini-1.5-flash", (1_048_576, 8192), ("0.000075", "0.0003"), "2025-09-29"),
        ("google", "gemini-1.5-flash-8b", (1_048_576, 8192), ("0.0000375", "0.00015"), "2025-09-29"),
        ("openai", "gpt-4-vision-preview", (128_000, 4096), ("0.01", "0.03"), "2024-12-06"),
        ("openai", "gpt-4-turbo", (128_000, 4096), ("0.01", "0.03"), "2026-10-23"),
        ("anthropic", "claude-3-opus-20240229", (200_000, 4096), ("0.015", "0.075"), "2026-01-05"),
        ("anthropic", "claude-3-sonnet-20240229", (200_000, 4096), ("0.003", "0.015"), "2025-07-21"),
        ("anthropic", "claude-3-haiku-20240307", (200_000, 4096), ("0.00025", "0.00125"), "2026-04-20"),
    ],
)
def test_models_that_no_list_has_any_more(
    provider_type: str, model_id: str, limits: tuple[int, int], prices: tuple[str, str], retired_on: str
) -> None:
    known = CATALOGUE.look_up(provider_type, model_id)
    assert (known.type, known.lifecycle, known.retired_on) == ("multimodal", "retired", retired_on)
    assert (known.context_window, known.max_tokens) == limits
    assert (known.input_per_1k, known.output_per_1k) == tuple(map(Decimal, prices))
    assert {"text", "vision"} <= set(known.capabilities or ())


@pytest.mark.parametrize(
    ("provider_type", "alias", "model_id"),
    [
        ("openai", "gpt-4o-2024-08-06", "gpt-4o"),
        ("openai", "gpt-4-1106-vision-preview", "gpt-4-vision-preview"),
        ("openai", "gpt-4-turbo-2024-04-09", "gpt-4-turbo"),
        ("anthropic", "claude-3-opus-latest", "claude-3-opus-20240229"),
        ("anthropic", "claude-3-haiku", "claude-3-haiku-20240307"),
        ("google", "gemini-2.0-flash-001", "gemini-2.0-flash"),
    ],
)
def test_an_alias_has_the_facts_of_its_model(provider_type: str, alias: str, model_id: str) -> None:
    facts = ("name", "type", "capabilities", "context_window", "max_tokens", "retired_on", "input_per_1k")
    one, other = CATALOGUE.look_up(provider_type, alias), CATALOGUE.look_up(provider_type, model_id)
    assert [getattr(one, fact) for fact in facts] == [getattr(other, fact) for fact in facts]
    assert one.model_id == alias


@pytest.mark.parametrize(
    ("provider_type", "model_id", "endpoint", "price"),
    [
        # genai-prices has it under its alias alone.
        ("anthropic", "claude-sonnet-4-20250514", None, "0.003"),
        # genai-prices still takes it for an older model; the file says which it is.
        ("openai_compatible", "mistral-large-latest", "https://api.mistral.ai/v1", "0.0005"),
        ("openai_compatible", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "https://api.together.xyz/v1", "0.00088"),
    ],
)
def test_a_price_is_found_under_the_models_other_names(
    provider_type: str, model_id: str, endpoint: str | None, price: str
) -> None:
    assert CATALOGUE.look_up(provider_type, model_id, endpoint=endpoint).input_per_1k == Decimal(price)


def test_a_snapshot_that_differs_has_facts_of_its_own() -> None:
    assert CATALOGUE.look_up("openai", "gpt-4o-2024-05-13").max_tokens == 4096
    assert CATALOGUE.look_up("openai", "gpt-4o-2024-05-13").input_per_1k == Decimal("0.005")


@pytest.mark.parametrize(
    ("provider_type", "model_id"),
    [
        ("openai", "gpt-4o-2099-01-01"),
        ("openai", "gpt-4o-mini-foo"),
        ("openai", "GPT-4o-x"),
        ("openai", "gpt-5-nano-unheard-of"),
        ("openai", "omni-moderation-9"),
        ("anthropic", "claude-opus-9"),
        ("anthropic", "claude-3-opus-clone"),
        ("anthropic", "claude-sonnet-4-5-turbo"),
        ("google", "gemini-1.5-flash-9b"),
        ("google", "gemini-2.5-pro-mini"),
        ("google", "my-gemini-2.0-flash"),
        ("google", "gemma-3-99b"),
    ],
)
def test_nothing_is_made_up_for_an_id_that_only_resembles_one(provider_type: str, model_id: str) -> None:
    assert CATALOGUE.look_up(provider_type, model_id) == KnownModel(model_id=model_id)


@pytest.mark.parametrize(
    ("day", "lifecycle"),
    [(date(2026, 11, 22), "deprecated"), (date(2027, 1, 13), "deprecated"), (date(2027, 1, 14), "retired")],
)
def test_a_model_retires_on_the_day_that_was_announced(day: date, lifecycle: str) -> None:
    known = PackagedCatalogue(today=lambda: day).look_up("openai", "gpt-4o")
    assert (known.lifecycle, known.retired_on) == (lifecycle, "2027-01-14")


def test_a_running_catalogue_notices_the_day() -> None:
    days = iter([date(2027, 1, 13), date(2027, 1, 14)])
    catalogue = PackagedCatalogue(today=lambda: next(days))
    assert [catalogue.look_up("openai", "gpt-4o").lifecycle for _ in range(2)] == ["deprecated", "retired"]


def test_azure_has_the_facts_and_prices_but_days_of_its_own() -> None:
    known = CATALOGUE.look_up("azure_openai", "gpt-4o", endpoint="https://acme.openai.azure.com")
    assert (known.max_tokens, known.input_per_1k) == (16_384, Decimal("0.0025"))
    assert (known.lifecycle, known.retired_on) == (None, None)


def test_a_fine_tuned_model_has_the_limits_of_its_base_and_its_own_price() -> None:
    known = CATALOGUE.look_up("openai", "ft:gpt-4o-2024-08-06:acme::abc")
    assert (known.name, known.version, known.max_tokens) == (None, None, 16_384)
    assert known.input_per_1k == Decimal("0.00375")


def test_a_fine_tuned_model_without_a_price_of_its_own_has_none() -> None:
    known = CATALOGUE.look_up("openai", "ft:gpt-4.1-nano-2025-04-14:acme::abc")
    assert (known.max_tokens, known.input_per_1k, known.price_as_of) == (32_768, None, None)


@pytest.mark.parametrize(("provider_type", "model_id"), [("openai", "whisper-1"), ("openai", "dall-e-3")])
def test_what_is_not_sold_by_the_token_has_no_price_and_not_0(provider_type: str, model_id: str) -> None:
    known = CATALOGUE.look_up(provider_type, model_id)
    assert known.type is not None
    assert (known.input_per_1k, known.output_per_1k, known.price_as_of) == (None, None, None)


def test_an_embedding_has_a_price_for_reading_alone() -> None:
    known = CATALOGUE.look_up("openai", "text-embedding-3-small")
    assert (known.type, known.input_per_1k, known.output_per_1k) == ("embedding", Decimal("0.00002"), None)


def test_where_the_file_is_silent_the_context_window_is_from_genai_prices() -> None:
    known = CATALOGUE.look_up("openai_compatible", "openai/gpt-4o", endpoint="https://openrouter.ai/api/v1")
    assert (known.context_window, known.context_window_source) == (128_000, "genai-prices")
    assert CATALOGUE.look_up("openai", "gpt-4o").context_window_source == "catalogue"


@pytest.mark.parametrize("provider_type", ["openai", "anthropic", "google"])
def test_no_price_of_a_known_model_is_out_of_bounds(provider_type: str, caplog: pytest.LogCaptureFixture) -> None:
    rows = json.loads(files("adapters.catalogue").joinpath("models.json").read_text("utf-8"))["models"][provider_type]
    catalogue = PackagedCatalogue()
    prices = [catalogue.look_up(provider_type, row["id"]).input_per_1k for row in rows]
    priced = [price for price in prices if price is not None]
    assert len(priced) > len(prices) / 2
    assert caplog.records == []


def test_the_answer_is_remembered() -> None:
    assert CATALOGUE.look_up("openai", "gpt-4o") is CATALOGUE.look_up("openai", "gpt-4o")


def test_the_price_list_is_not_read_before_it_is_needed() -> None:
    code = """
import sys
from adapters.catalogue.packaged_catalogue import PackagedCatalogue
catalogue = PackagedCatalogue()
print("genai_prices" in sys.modules)
catalogue.warm_up()
print("genai_prices" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("model_id", "version"),
    [
        ("gpt-4o-2024-08-06", "2024-08-06"),
        ("claude-3-opus-20240229", "20240229"),
        ("gpt-4-0613", "0613"),
        ("gemini-2.0-flash-001", "001"),
        ("mistral-large-2411", "2411"),
        ("gpt-4o", None),
        ("claude-opus-4-5", None),
        ("gpt-3.5-turbo-16k", None),
        ("gemma-3-27b-it", None),
        ("deep-research-preview-04-2026", None),
    ],
)
def test_a_version_is_the_date_or_number_at_the_end(model_id: str, version: str | None) -> None:
    assert version_of(model_id) == version
