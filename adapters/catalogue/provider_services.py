"""Which service a provider is: known by its endpoint's host, else by its type."""

from typing import Final
from urllib.parse import urlsplit

AZURE: Final = "azure"

_BY_HOST: Final = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "generativelanguage.googleapis.com": "google",
    "openai.azure.com": AZURE,
    "api.mistral.ai": "mistral",
    "api.groq.com": "groq",
    "api.deepseek.com": "deepseek",
    "api.x.ai": "xai",
}
_BY_TYPE: Final = {"openai": "openai", "anthropic": "anthropic", "google": "google", "azure_openai": AZURE}

PRICED_AS: Final = {
    "openai": ("openai",),
    "anthropic": ("anthropic",),
    "google": ("google",),
    # Azure sells most models at their makers' prices.
    AZURE: ("azure", "openai"),
    "mistral": ("mistral",),
    "groq": ("groq",),
    "deepseek": ("deepseek",),
    "xai": ("x-ai",),
}
"""The providers of genai-prices whose prices a service's models have, the first that has one."""


def service_of(provider_type: str, endpoint: str | None) -> str | None:
    """Return the service, or none when neither the endpoint nor the type names one that is known.

    A host counts with its subdomains, as regional endpoints have them.
    """
    host = (urlsplit(endpoint).hostname if endpoint else None) or ""
    for known, service in _BY_HOST.items():
        if host == known or host.endswith(f".{known}"):
            return service
    return _BY_TYPE.get(provider_type)
