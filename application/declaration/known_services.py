"""Services whose keys and addresses have well-known names."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from application.declaration.exported import VERSION
from application.declaration.translation import Translation


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownService:
    """A service: what it is as a provider, and the variables that its own clients read, the first of which counts.

    `endpoint` is none where the type has its own, or where each has an address of their own.
    """

    label: str
    provider_type: str
    keys: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    endpoint: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    has_own_address: bool = False


def _preset(label: str, name: str, endpoint: str, *keys: str) -> KnownService:
    return KnownService(
        label=label,
        provider_type="openai_compatible",
        keys=keys,
        addresses=(f"{name.upper()}_BASE_URL",),
        endpoint=endpoint,
        settings={"preset": name},
    )


def _compatible(label: str, endpoint: str, *keys: str) -> KnownService:
    return KnownService(label=label, provider_type="openai_compatible", keys=keys, endpoint=endpoint)


SERVICES: Final[Mapping[str, KnownService]] = {
    "openai": KnownService(
        label="OpenAI", provider_type="openai", keys=("OPENAI_API_KEY",), addresses=("OPENAI_BASE_URL",)
    ),
    "anthropic": KnownService(
        label="Anthropic", provider_type="anthropic", keys=("ANTHROPIC_API_KEY",), addresses=("ANTHROPIC_BASE_URL",)
    ),
    "gemini": KnownService(label="Google Gemini", provider_type="google", keys=("GEMINI_API_KEY", "GOOGLE_API_KEY")),
    "azure": KnownService(
        label="Azure OpenAI",
        provider_type="azure_openai",
        keys=("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
        addresses=("AZURE_OPENAI_ENDPOINT", "AZURE_API_BASE"),
        has_own_address=True,
    ),
    "openrouter": _preset("OpenRouter", "openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "mistral": _preset("Mistral", "mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "groq": _preset("Groq", "groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "deepseek": _preset("DeepSeek", "deepseek", "https://api.deepseek.com", "DEEPSEEK_API_KEY"),
    "xai": _preset("xAI", "xai", "https://api.x.ai/v1", "XAI_API_KEY"),
    "together_ai": _preset(
        "Together AI", "together", "https://api.together.xyz/v1", "TOGETHER_API_KEY", "TOGETHERAI_API_KEY"
    ),
    "perplexity": _compatible("Perplexity", "https://api.perplexity.ai", "PERPLEXITY_API_KEY", "PERPLEXITYAI_API_KEY"),
    "fireworks_ai": _compatible("Fireworks AI", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    "cerebras": _compatible("Cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
    "nvidia_nim": _compatible("NVIDIA", "https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY", "NVIDIA_NIM_API_KEY"),
}
"""By the names that LiteLLM's configuration has for them."""

OPENAI: Final = "https://api.openai.com"
"""What is elsewhere only speaks OpenAI's protocol."""

AZURE_VERSIONS: Final = ("OPENAI_API_VERSION", "AZURE_OPENAI_API_VERSION", "AZURE_API_VERSION")


def may_hold_secret(address: str) -> bool:
    """Return whether an address has a user, a query or a fragment: endpoints here have none: all may read them."""
    return any(mark in address for mark in "@?#")


def providers_of_environment(environment: Mapping[str, str]) -> Translation:
    """Return a declaration of the providers whose keys are in the environment, and what is there and cannot be used."""
    return _providers(SERVICES.values(), environment)


def openrouter(environment: Mapping[str, str]) -> Translation:
    """Return a declaration of OpenRouter as a provider, with the key of the environment."""
    return _providers([SERVICES["openrouter"]], environment)


def _providers(services: Collection[KnownService], environment: Mapping[str, str]) -> Translation:
    providers: list[dict[str, Any]] = []
    notes: list[str] = []
    for service in services:
        key = _first(environment, service.keys)
        if key is None:
            continue
        address = _first(environment, service.addresses)
        if service.has_own_address and address is None:
            notes.append(f"{key} is there, but no {service.addresses[0]}: {service.label} cannot be called without it.")
            continue
        provider: dict[str, Any] = {"name": service.label, "providerType": service.provider_type}
        endpoint = service.endpoint if address is None else environment[address]
        if endpoint is not None and may_hold_secret(endpoint):
            notes.append(f"{service.label} is left out: {address} has a password or a query, which may be secret.")
            continue
        if endpoint is not None:
            provider["endpoint"] = endpoint
        if service.provider_type == "openai" and endpoint is not None and not endpoint.startswith(OPENAI):
            provider |= {"name": "OpenAI-compatible", "providerType": "openai_compatible"}
        settings = dict(service.settings)
        version = _first(environment, AZURE_VERSIONS) if service.provider_type == "azure_openai" else None
        if version is not None:
            settings["apiVersion"] = environment[version]
        providers.append(provider | {"apiKey": {"env": key}} | ({"settings": settings} if settings else {}))
        notes += [
            f"{other} is there too, and is not used: {key} is."
            for other in service.keys
            if other != key and environment.get(other)
        ]
    if not (providers or notes):
        names = ", ".join(name for service in services for name in service.keys)
        notes.append(f"None of these is set: {names}.")
    return Translation(document={"version": VERSION, "providers": providers}, notes=notes)


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if environment.get(name)), None)
