"""Settings are what their type declares, and nothing else gets in."""

from typing import Any

import pytest

from adapters.providers.check_settings import checked_settings
from adapters.providers.provider_gateway import Gateway
from application.errors import InvalidInput
from application.ports.provider_gateway import ProviderType, SettingField
from tests.fakes.outbound_http import FakeOutbound

EVERY_KIND = ProviderType(
    name="sample",
    label="Sample",
    default_endpoint=None,
    needs_key=False,
    key_help="",
    settings=(
        SettingField(name="region", kind="string", label="Region", help="Where.", required=True),
        SettingField(name="fast", kind="boolean", label="Fast", help="Or slow."),
        SettingField(name="tries", kind="integer", label="Tries", help="How many."),
        SettingField(name="tier", kind="choice", label="Tier", help="Which.", choices=("a", "b")),
    ),
)


@pytest.mark.parametrize(
    ("provider_type", "settings"),
    [
        ("openai", {"organization": "org-abc123", "project": "proj_abc123"}),
        ("anthropic", {"anthropicVersion": "2026-10-21"}),
        ("google", {"apiVersion": "v1"}),
        ("azure_openai", {"apiVersion": "2024-10-01-preview", "listing": "deployments"}),
        ("openai_compatible", {"preset": "openrouter"}),
        ("openai_compatible", {}),
    ],
)
def test_declared_settings_pass_as_they_are(provider_type: str, settings: dict[str, Any]) -> None:
    assert Gateway(FakeOutbound()).checked_settings(provider_type, settings) == settings


@pytest.mark.parametrize(
    ("provider_type", "settings", "pointer"),
    [
        ("openai", {"apiKey": "sk-1"}, "/settings/apiKey"),
        ("openai", {"headers": {"X-Evil": "1"}}, "/settings/headers"),
        ("openai", {"proxy": "http://evil.example"}, "/settings/proxy"),
        ("openai", {"a/b~c": 1}, "/settings/a~1b~0c"),
        ("openai", {"organization": "sk-proj-0123456789"}, "/settings/organization"),
        ("openai", {"organization": "org-1\r\nX-Evil: 1"}, "/settings/organization"),
        ("openai", {"organization": "${OPENAI_API_KEY}"}, "/settings/organization"),
        ("openai", {"organization": None}, "/settings/organization"),
        ("openai", {"organization": 7}, "/settings/organization"),
        ("anthropic", {"anthropicVersion": "latest"}, "/settings/anthropicVersion"),
        ("anthropic", {"anthropicVersion": "٢٠٢٣-06-01"}, "/settings/anthropicVersion"),
        ("google", {"apiVersion": "v1beta/../../other"}, "/settings/apiVersion"),
        ("azure_openai", {"apiVersion": "2024-10-21&x=y"}, "/settings/apiVersion"),
        ("azure_openai", {"listing": "everything"}, "/settings/listing"),
        ("openai_compatible", {"preset": "nobody"}, "/settings/preset"),
        ("openai_compatible", {"preset": ["openrouter"]}, "/settings/preset"),
    ],
)
def test_everything_else_is_refused_by_name(provider_type: str, settings: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Gateway(FakeOutbound()).checked_settings(provider_type, settings)
    assert refusal.value.pointer == pointer


@pytest.mark.parametrize(
    ("settings", "pointer"),
    [
        ({}, "/settings/region"),
        ({"region": "x", "fast": 1}, "/settings/fast"),
        ({"region": "x", "fast": "true"}, "/settings/fast"),
        ({"region": "x", "tries": True}, "/settings/tries"),
        ({"region": "x", "tries": 1.5}, "/settings/tries"),
        ({"region": "x", "tier": "c"}, "/settings/tier"),
        ({"region": ""}, "/settings/region"),
        ({"region": "x" * 201}, "/settings/region"),
        ({"region": "x\0"}, "/settings/region"),
    ],
)
def test_each_kind_takes_its_own_values_alone(settings: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_settings(EVERY_KIND, settings)
    assert refusal.value.pointer == pointer


def test_a_template_stays_the_text_it_is() -> None:
    settings = {"region": "${HOME} {{ env }} %PATH%", "fast": True, "tries": 3, "tier": "b"}
    assert checked_settings(EVERY_KIND, settings) == settings


def test_the_refusal_says_what_there_is() -> None:
    with pytest.raises(InvalidInput, match="organization, project"):
        Gateway(FakeOutbound()).checked_settings("openai", {"x": 1})


def test_every_preset_is_a_setting_that_passes() -> None:
    gateway = Gateway(FakeOutbound())
    presets = [(known.name, preset) for known in gateway.types() for preset in known.presets]
    assert {preset.name for _, preset in presets} == {
        "openrouter",
        "mistral",
        "groq",
        "deepseek",
        "xai",
        "together",
        "ollama",
        "vllm",
        "llamacpp",
    }
    for name, preset in presets:
        assert gateway.checked_settings(name, preset.settings) == {"preset": preset.name}


def test_every_default_is_a_value_that_passes() -> None:
    gateway = Gateway(FakeOutbound())
    for known in gateway.types():
        defaults = {field.name: field.default for field in known.settings if field.default is not None}
        assert gateway.checked_settings(known.name, defaults) == defaults
