"""What every catalogue does, wherever its facts are from."""

from decimal import Decimal

import pytest

from application.ports.catalogue import Catalogue, KnownModel

MISTRAL = "https://api.mistral.ai/v1"


class CatalogueContract:
    """Subclass it in a test module, with a fixture `catalogue` that gives one.

    It knows gpt-4o of OpenAI, gemini-2.0-flash of Google (shut down on June 1, 2026; gemini-2.0-flash-001 is the same),
    and mistral-small-latest at Mistral's endpoint, all with limits and prices.
    """

    def test_a_known_model_is_described(self, catalogue: Catalogue) -> None:
        known = catalogue.look_up("openai", "gpt-4o")
        assert (known.model_id, known.name, known.type) == ("gpt-4o", "GPT-4o", "multimodal")
        assert (known.context_window, known.max_tokens) == (128_000, 16_384)
        assert known.capabilities is not None
        assert "vision" in known.capabilities

    def test_prices_are_in_usd_per_1000_tokens_with_their_day(self, catalogue: Catalogue) -> None:
        known = catalogue.look_up("openai", "gpt-4o")
        assert (known.input_per_1k, known.output_per_1k) == (Decimal("0.0025"), Decimal("0.01"))
        assert known.price_as_of is not None

    def test_a_retired_model_is_known_still(self, catalogue: Catalogue) -> None:
        known = catalogue.look_up("google", "gemini-2.0-flash")
        assert (known.lifecycle, known.retired_on) == ("retired", "2026-06-01")
        assert (known.context_window, known.max_tokens) == (1_048_576, 8192)
        assert (known.input_per_1k, known.output_per_1k) == (Decimal("0.0001"), Decimal("0.0004"))

    def test_googles_prefix_does_not_matter(self, catalogue: Catalogue) -> None:
        known = catalogue.look_up("google", "models/gemini-2.0-flash")
        assert known.model_id == "models/gemini-2.0-flash"
        assert known.max_tokens == 8192

    def test_a_model_goes_by_each_of_its_names(self, catalogue: Catalogue) -> None:
        one, other = (catalogue.look_up("google", name) for name in ("gemini-2.0-flash", "models/gemini-2.0-flash-001"))
        assert (one.max_tokens, one.input_per_1k, one.lifecycle) == (
            other.max_tokens,
            other.input_per_1k,
            other.lifecycle,
        )
        assert "gemini-2.0-flash-001" in one.aliases
        assert "gemini-2.0-flash" in other.aliases
        assert "gemini-2.0-flash" not in one.aliases

    @pytest.mark.parametrize("model_id", ["", "gpt-4o-", "gpt-4o-does-not-exist", "xgpt-4o", "gpt-4o ", "ft:", "ft:::"])
    def test_of_an_unknown_model_nothing_is_known(self, catalogue: Catalogue, model_id: str) -> None:
        known = catalogue.look_up("openai", model_id)
        assert known == KnownModel(model_id=model_id)

    def test_a_model_of_one_provider_is_unknown_at_another(self, catalogue: Catalogue) -> None:
        assert catalogue.look_up("anthropic", "gpt-4o") == KnownModel(model_id="gpt-4o")

    def test_the_endpoint_determines_the_compatible_service(self, catalogue: Catalogue) -> None:
        known = catalogue.look_up("openai_compatible", "mistral-small-latest", endpoint=MISTRAL)
        assert (known.type, known.context_window) == ("multimodal", 262_144)
        assert known.input_per_1k == Decimal("0.00015")

    @pytest.mark.parametrize("endpoint", [None, "http://localhost:11434", "https://api.example.com/v1"])
    def test_elsewhere_the_same_id_may_be_anything(self, catalogue: Catalogue, endpoint: str | None) -> None:
        known = catalogue.look_up("openai_compatible", "mistral-small-latest", endpoint=endpoint)
        assert known == KnownModel(model_id="mistral-small-latest")

    def test_the_same_question_has_the_same_answer(self, catalogue: Catalogue) -> None:
        assert catalogue.look_up("openai", "gpt-4o") == catalogue.look_up("openai", "gpt-4o")
