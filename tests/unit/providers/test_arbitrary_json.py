"""No answer, however odd, makes a reader or the classifier fail."""

from collections.abc import Callable, Mapping
from typing import Final, get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.providers.anthropic.model_entries import read_model as read_anthropic
from adapters.providers.azure.model_entries import read_deployment
from adapters.providers.azure.model_entries import read_model as read_azure
from adapters.providers.connection_reports import health_status
from adapters.providers.error_mapping.classify_error import classify_error
from adapters.providers.google.model_entries import read_model as read_google
from adapters.providers.openai.model_entries import read_model as read_openai
from adapters.providers.openai_compatible import groq, llamacpp, mistral, ollama, openrouter, together, xai
from adapters.providers.openai_compatible.common_model_fields import read_common
from application.ports.provider_gateway import Category, HealthStatus, OfferedModel
from domain.model.values import MODEL_TYPES
from tests.unit.providers.json_strategies import HEADERS, JSON, OBJECTS
from tests.unit.providers.sample_lists import KEY
from tests.unit.providers.test_error_mapping import NOW, PROVIDER_RULES

READERS: Final[dict[str, Callable[[Mapping[str, object]], OfferedModel | None]]] = {
    "anthropic": read_anthropic,
    "azure": read_azure,
    "azure deployments": read_deployment,
    "compatible": read_common,
    "google": read_google,
    "groq": groq.read_model,
    "llamacpp": llamacpp.read_model,
    "mistral": mistral.read_model,
    "ollama": ollama.read_model,
    "openai": read_openai,
    "openrouter": openrouter.read_model,
    "together": together.read_model,
    "xai": xai.read_model,
}
ANY_BODY: Final = JSON.map(orjson.dumps) | st.binary(max_size=200)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=10)
@given(entry=OBJECTS)
def test_any_entry_is_a_model_or_none(name: str, entry: dict[str, object]) -> None:
    model = READERS[name](entry)
    if model is not None:
        assert 0 < len(model.model_id) <= 200
        assert model.type is None or model.type in MODEL_TYPES
        assert all(price is None or 0 <= price <= 1000 for price in (model.input_per_1k, model.output_per_1k))
        assert len(orjson.dumps(dict(model.extras))) <= 2_100


@pytest.mark.parametrize("rules", PROVIDER_RULES)
@settings(max_examples=10)
@given(status=st.integers(100, 599), headers=HEADERS, body=ANY_BODY)
def test_any_refusal_has_a_meaning(rules: str, status: int, headers: dict[str, str], body: bytes) -> None:
    outcome = classify_error(PROVIDER_RULES[rules], status, headers, body, now=NOW, secrets=[KEY])
    assert outcome.category in get_args(Category)
    assert outcome.category != "ok"
    assert outcome.message
    assert outcome.hint
    wait = outcome.rate_limit.retry_after_seconds if outcome.rate_limit else None
    assert wait is None or 0 <= wait <= 7 * 24 * 3600
    assert not (outcome.category == "billing_exhausted" and outcome.is_retryable)


@pytest.mark.parametrize("category", get_args(Category))
def test_every_category_has_a_health(category: Category) -> None:
    assert health_status(category) in get_args(HealthStatus)
    assert health_status(category, "listing") in get_args(HealthStatus)
