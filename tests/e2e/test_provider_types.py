"""What a form for a new provider is drawn from."""

from entrypoints.http.authorization import Role
from tests.e2e.api_client import Api, Document

PATH = "/api/ai/provider-types"
BUILT_IN = {"openai", "anthropic", "google", "azure_openai", "openai_compatible"}
PRESETS = {"openrouter", "mistral", "groq", "deepseek", "xai", "together", "ollama", "vllm", "llamacpp"}


async def _types(api: Api) -> dict[str, Document]:
    return {kind["name"]: kind for kind in (await api.get(PATH))["data"]}


async def test_every_type_is_described_to_everybody_of_the_organization(api: Api) -> None:
    types = await _types(api.of(Role.VIEWER))
    assert types.keys() >= BUILT_IN
    assert types["openai"]["defaultEndpoint"] == "https://api.openai.com/v1"
    assert types["openai"]["needsKey"] is True
    assert types["azure_openai"]["defaultEndpoint"] is None
    assert {preset["name"] for preset in types["openai_compatible"]["presets"]} >= PRESETS


async def test_a_field_says_what_it_takes(api: Api) -> None:
    fields = {field["name"]: field for field in (await _types(api))["azure_openai"]["fields"]}
    assert fields["apiVersion"]["default"] == "2024-10-21"
    assert fields["apiVersion"]["pattern"]
    assert (fields["listing"]["kind"], fields["listing"]["choices"]) == ("choice", ["models", "deployments"])


async def test_what_a_preset_says_makes_a_provider(api: Api) -> None:
    compatible = (await _types(api))["openai_compatible"]
    for preset in compatible["presets"]:
        if not preset["endpoint"].startswith("https:"):
            continue
        provider = await api.provider(
            name=preset["label"],
            providerType="openai_compatible",
            endpoint=preset["endpoint"],
            settings=preset["settings"],
        )
        assert provider["settings"] == preset["settings"]
