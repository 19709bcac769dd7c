import pytest

from adapters.catalogue.provider_services import service_of


@pytest.mark.parametrize(
    ("provider_type", "endpoint", "service"),
    [
        ("openai", None, "openai"),
        ("openai", "https://api.openai.com/v1", "openai"),
        ("openai", "https://eu.api.openai.com/v1", "openai"),
        ("openai", "http://127.0.0.1:9000/v1", "openai"),
        ("anthropic", None, "anthropic"),
        ("google", None, "google"),
        ("azure_openai", "https://acme.openai.azure.com", "azure"),
        ("openai_compatible", "https://API.Mistral.ai:443/v1", "mistral"),
        ("openai_compatible", "https://api.groq.com/openai/v1", "groq"),
        ("openai_compatible", "https://api.deepseek.com", "deepseek"),
        ("openai_compatible", "https://api.x.ai/v1", "xai"),
        ("openai_compatible", "https://generativelanguage.googleapis.com/v1beta/openai", "google"),
        # The type says how to talk to it, the host who it is.
        ("openai", "https://api.groq.com/openai/v1", "groq"),
        ("openai_compatible", None, None),
        ("openai_compatible", "http://localhost:8000/v1", None),
        ("openai_compatible", "https://notapi.x.ai", None),
        ("openai_compatible", "https://api.x.ai.example.com", None),
        ("openai_compatible", "https://example.com/api.x.ai", None),
        ("somebody-elses", None, None),
    ],
)
def test_the_host_determines_the_service_and_else_the_type(
    provider_type: str, endpoint: str | None, service: str | None
) -> None:
    assert service_of(provider_type, endpoint) == service
