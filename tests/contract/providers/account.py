"""Accounts with the sandbox's providers, through the real way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.ports.provider_gateway import ProviderConnection
from entrypoints.sandbox.keys import VALID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.providers.gateway import Gateway
    from application.ports.provider_gateway import OfferedModel, TestReport
    from entrypoints.sandbox.server import Sandbox

_TYPES: Final = {"openai": "openai", "anthropic": "anthropic", "google": "google", "azure": "azure_openai"}

EVERY_PROVIDER: Final = (
    *_TYPES,
    "openrouter",
    "mistral",
    "groq",
    "deepseek",
    "xai",
    "together",
    "ollama",
    "vllm",
    "llamacpp",
)


@dataclass(frozen=True, slots=True)
class Accounts:
    gateway: Gateway
    sandbox: Sandbox

    def connection(self, provider: str, key: str = VALID, **settings: object) -> ProviderConnection:
        """Make a connection with one of the sandbox's keys, by the key's name."""
        preset = {} if provider in _TYPES else {"preset": provider}
        provider_type = _TYPES.get(provider, "openai_compatible")
        return ProviderConnection(
            provider_type=provider_type,
            endpoint=self.gateway.checked_endpoint(provider_type, self.sandbox.endpoint(provider)).url,
            settings=self.gateway.checked_settings(provider_type, preset | settings),
            api_key=self.sandbox.key(provider, key),
        )

    async def probe(self, provider: str, key: str = VALID, **settings: object) -> TestReport:
        return await self.gateway.probe(self.connection(provider, key, **settings))

    async def models(self, provider: str, key: str = VALID, **settings: object) -> Sequence[OfferedModel]:
        return await self.gateway.list_models(self.connection(provider, key, **settings))
