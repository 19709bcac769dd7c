"""What LiteLLM's configurations amount to here. Each translation is a declaration that is taken as it is."""

from pathlib import Path
from typing import Any

import pytest

from application.declaration.errors import DeclarationRefused
from application.declaration.known_services import SERVICES, openrouter, providers_of_environment
from application.declaration.litellm.config import from_litellm
from application.declaration.translation import Translation, without_missing_secrets
from entrypoints.declaration.read_declaration import SecretSources, declaration_of
from entrypoints.declaration.yaml_documents import read_yaml, write_yaml
from tests.architecture.sources import ROOT

SAMPLES = ROOT / "tests" / "samples" / "litellm"
KEYS = {name: f"{name.lower()}-of-the-tests" for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_EU_KEY")}


def translated(config: object, **environment: str) -> Translation:
    translation = from_litellm(config, environment)
    # It can be written down, and what is read again is a declaration.
    written = read_yaml(write_yaml(translation.document).encode()).content
    declaration_of(written, SecretSources(environment={}, folder=Path()))
    return translation


def sample(name: str, **environment: str) -> Translation:
    return translated(read_yaml((SAMPLES / f"{name}.yaml").read_bytes()).content, **environment)


def one(**params: Any) -> Translation:  # noqa: ANN401 - whatever stands in such a file
    info = params.pop("model_info", {})
    return translated({"model_list": [{"model_name": "alias", "litellm_params": params, "model_info": info}]})


def providers(translation: Translation) -> dict[str, Any]:
    return {provider["name"]: provider for provider in translation.document["providers"]}


def test_a_gateway_with_two_regions_and_prices_of_its_own() -> None:
    translation = sample("gateway", AZURE_US_BASE="https://acme-us.openai.azure.com/openai/deployments/x")
    found = providers(translation)
    europe, america = "Azure OpenAI acme-eu.openai.azure.com", "Azure OpenAI acme-us.openai.azure.com"
    assert list(found) == [europe, america, "OpenAI", "Anthropic"]
    assert found[america]["endpoint"] == "https://acme-us.openai.azure.com"
    assert found[europe] | {"models": []} == {
        "name": europe,
        "providerType": "azure_openai",
        "endpoint": "https://acme-eu.openai.azure.com/",
        "apiKey": {"env": "AZURE_EU_KEY"},
        "settings": {"apiVersion": "2024-10-21"},
        "models": [],
    }
    [model] = found[europe]["models"]
    assert (model["modelId"], model["name"]) == ("gpt-41-eu", "gpt-4.1")
    assert {name: float(price) for name, price in model["pricing"].items()} == {
        "inputPer1kTokens": 0.0015,
        "outputPer1kTokens": 0.006,
        "cachedInputPer1kTokens": 0.000375,
    }
    assert model["config"] == {"weight": 3, "preference": 1, "deadlineSeconds": 120, "baseModel": "gpt-4.1"}
    [tier] = found["Anthropic"]["models"][0]["pricing"]["tiers"]
    assert {name: float(value) for name, value in tier.items()} == {
        "aboveInputTokens": 200_000,
        "inputPer1kTokens": 0.006,
        "outputPer1kTokens": 0.0225,
    }
    assert [model["name"] for model in found["OpenAI"]["models"]] == ["gpt-4.1", "embeddings"]
    assert translation.document["budget"] == {"usd": 2000, "period": "month"}
    assert translation.secrets == {}


def test_each_thing_that_is_not_taken_is_named_with_the_reason() -> None:
    notes = sample("gateway", AZURE_US_BASE="https://acme-us.openai.azure.com").notes
    assert all(" is left out: " in note for note in notes)
    assert [note.partition(" is left out")[0] for note in notes] == [
        "The model everything (/model_list/5)",
        "litellm_settings.drop_params",
        "litellm_settings.success_callback",
        "litellm_settings.fallbacks (gpt-4.1: claude)",
        "router_settings.routing_strategy",
        # Clients request claude-sonnet-4-5 by the provider's own name: that alias holds.
        "router_settings.model_group_alias.gpt-4",
        "general_settings.master_key",
        "general_settings.database_url",
        "rpm of gpt-4.1",
        "id of gpt-4.1",
    ]
    assert sample("gateway").notes[0] == (
        "The model gpt-4.1 (/model_list/1) is left out: the variable AZURE_US_BASE, its api_base, is not set here."
    )


def test_a_workstation_with_servers_of_its_own_and_keys_in_the_file() -> None:
    translation = sample("workstation")
    found = providers(translation)
    server = "OpenAI-compatible llm.example.com"
    assert list(found) == ["Ollama", "vLLM gpu.lan:8000", server, "OpenRouter (SHARED_ROUTER_KEY)", "Google Gemini"]
    assert found["vLLM gpu.lan:8000"]["models"][0] == {
        "modelId": "Qwen/Qwen3-32B",
        "name": "qwen",
        "capabilities": ["function_calling", "streaming", "text"],
        "contextWindow": 32768,
        "maxTokens": 8192,
        "pricing": {"inputPer1kTokens": 0, "outputPer1kTokens": 0},
    }
    # Secrets of the file are handed on, and stand in no document.
    variable = found[server]["apiKey"]["env"]
    assert translation.secrets[variable] == "a-key-in-the-file"
    assert translation.secrets["GEMINI_API_KEY"] == "a-gemini-key-in-the-file"
    assert "in-the-file" not in write_yaml(translation.document)
    assert "in-the-file" not in " ".join(translation.notes) + repr(translation)
    assert len(found[server]["models"]) == 1
    left = " ".join(translation.notes)
    assert "again, another name of some-model, is left out" in left
    assert "there is no provider type for bedrock" in left
    assert "stream_timeout of gemini is left out" in left


@pytest.mark.parametrize(
    ("params", "kind", "model_id", "endpoint"),
    [
        ({"model": "gpt-5"}, "openai", "gpt-5", None),
        ({"model": "openai/responses/gpt-5"}, "openai", "gpt-5", None),
        ({"model": "claude-opus-4-1"}, "anthropic", "claude-opus-4-1", None),
        (
            {"model": "mistral/mistral-large-latest"},
            "openai_compatible",
            "mistral-large-latest",
            "https://api.mistral.ai/v1",
        ),
        ({"model": "x/y", "custom_llm_provider": "groq"}, "openai_compatible", "x/y", "https://api.groq.com/openai/v1"),
        ({"model": "openai/m", "api_base": "http://h:1/v1"}, "openai_compatible", "m", "http://h:1/v1"),
        ({"model": "openai/m", "api_base": "https://api.openai.com/v1"}, "openai", "m", "https://api.openai.com/v1"),
        ({"model": "lm_studio/m", "api_base": "http://h:1/v1"}, "openai_compatible", "m", "http://h:1/v1"),
    ],
)
def test_services_and_models_are_known_by_their_prefixes(
    params: dict[str, Any], kind: str, model_id: str, endpoint: str | None
) -> None:
    [provider] = one(**params).document["providers"]
    assert (provider["providerType"], provider.get("endpoint")) == (kind, endpoint)
    assert provider["models"][0]["modelId"] == model_id


def test_the_key_of_openai_goes_to_no_other_server_by_itself() -> None:
    config = {"model_list": [{"model_name": "m", "litellm_params": {"model": "openai/m", "api_base": "http://h/v1"}}]}
    assert "apiKey" not in translated(config, OPENAI_API_KEY="sk-1").document["providers"][0]


@pytest.mark.parametrize(
    ("params", "note"),
    [
        ({"model": "vertex_ai/gemini-2.5-pro"}, "there is no provider type for vertex_ai"),
        ({"model": "unheard-of"}, "does not name its service"),
        ({"model": "hosted_vllm/m"}, "it has no api_base"),
        ({}, "it has no litellm_params.model"),
        ({"model": "gpt-5", "timeout": 6000}, "timeout of alias is left out"),
        ({"model": "gpt-5", "reasoning_effort": "default"}, "reasoning_effort of alias is left out"),
        ({"model": "gpt-5", "temperature": "warm"}, "temperature of alias is left out"),
        ({"model": "azure/d", "api_base": "https://a.openai.azure.com", "api_version": "latest"}, "api_version latest"),
        ({"model": "gpt-5", "model_info": {"supports_prompt_caching": True}}, "supports_prompt_caching of alias"),
        ({"model": "gpt-5", "model_info": {"mode": "realtime"}}, "model_info.mode realtime of alias"),
    ],
)
def test_what_cannot_be_taken_is_named(params: dict[str, Any], note: str) -> None:
    assert any(note in each for each in one(**params).notes)


@pytest.mark.parametrize("config", [None, [], "x", {}, {"model_list": None}, {"model_list": {}}])
def test_what_is_no_configuration_is_refused(config: object) -> None:
    with pytest.raises(DeclarationRefused):
        from_litellm(config, {})


def test_odd_entries_are_left_out_one_by_one() -> None:
    odd: list[object] = [None, 7, "x", {}, {"model_name": None, "litellm_params": []}, {"litellm_params": {"model": 5}}]
    translation = translated({"model_list": odd, "litellm_settings": 3, "credential_list": [1], "router_settings": []})
    assert translation.document["providers"] == []
    assert len(translation.notes) == len(odd)


def test_providers_come_without_keys_that_are_not_there() -> None:
    translation = sample("gateway", AZURE_US_BASE="https://acme-us.openai.azure.com")
    left = without_missing_secrets(translation, KEYS)
    without = [provider["name"] for provider in left.document["providers"] if "apiKey" not in provider]
    assert without == ["Azure OpenAI acme-us.openai.azure.com"]
    assert left.notes[-1] == f"{without[0]} comes without a key: AZURE_US_KEY is not set."


def test_the_environment_names_the_providers_whose_keys_are_there() -> None:
    translation = providers_of_environment(
        {
            "OPENAI_API_KEY": "a",
            "GEMINI_API_KEY": "b",
            "GOOGLE_API_KEY": "c",
            "AZURE_OPENAI_API_KEY": "d",
            "GROQ_API_KEY": "",
            "MISTRAL_API_KEY": "e",
        }
    )
    assert list(providers(translation)) == ["OpenAI", "Google Gemini", "Mistral"]
    assert len(translation.notes) == 2
    azure = {
        "AZURE_OPENAI_API_KEY": "d",
        "AZURE_OPENAI_ENDPOINT": "https://a.example.com",
        "OPENAI_API_VERSION": "2024-10-21",
    }
    assert providers_of_environment(azure).document["providers"] == [
        {
            "name": "Azure OpenAI",
            "providerType": "azure_openai",
            "endpoint": "https://a.example.com",
            "apiKey": {"env": "AZURE_OPENAI_API_KEY"},
            "settings": {"apiVersion": "2024-10-21"},
        }
    ]
    assert [each["name"] for each in openrouter({"OPENROUTER_API_KEY": "k"}).document["providers"]] == ["OpenRouter"]
    assert "None of these is set" in openrouter({"OPENAI_API_KEY": "k"}).notes[0]
    assert all(len(service.keys) > 0 for service in SERVICES.values())


@pytest.mark.parametrize("api_base", ["https://u:hidden@gw.example.com/v1", "https://gw.example.com/v1?key=hidden"])
def test_a_secret_in_an_address_is_shown_nowhere(api_base: str) -> None:
    translation = one(model="openai/m", api_base=api_base)
    assert translation.document["providers"] == []
    assert "password or a query" in " ".join(translation.notes)
    of_environment = providers_of_environment({"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": api_base})
    assert of_environment.document["providers"] == []
    assert "OPENAI_BASE_URL has a password" in " ".join(of_environment.notes)
    assert "hidden" not in repr(translation) + repr(of_environment)
