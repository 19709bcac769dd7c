"""Accounts with the sandbox's providers, through the real way out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapters.providers.provider_gateway import Gateway
from application.ports.provider_gateway import OfferedModel, ProviderConnection, TestReport
from application.prompts.completion import Completion, TextDelta
from application.prompts.conversation import Image, Sampling
from application.prompts.generation import GenerationRequest
from sandbox.magic_keys import VALID
from sandbox.server import Sandbox
from tests.fakes.client import FakeClient, a_conversation, a_turn

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


# A red pixel.
PIXEL: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def a_prompt(*parts: str | Image, model_id: str, system: str | None = None, **changes: Any) -> GenerationRequest:  # noqa: ANN401 - whatever a prompt takes
    before = () if system is None else (a_turn("system", system),)
    sampling = Sampling(**{name: changes.pop(name) for name in Sampling.__slots__ if name in changes})
    asked = a_conversation(turns=(*before, a_turn("user", *parts)), sampling=sampling)
    return GenerationRequest(model_id=model_id, client=FakeClient(asked=asked), origin=model_id, **changes)


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

    def model(self, provider: str, *, vision: bool = False, reasoning: bool = False) -> str:
        """Return a model that chats, and does not think aloud or in secret unless that is requested."""
        return next(
            model.id
            for model in self.sandbox.catalogue(provider).models()
            if model.kind == "chat"
            and model.vision >= vision
            and model.reasoning == reasoning
            and model.entry.get("object") == ("deployment" if provider == "azure" else model.entry.get("object"))
        )

    async def generate(
        self,
        provider: str,
        *parts: str | Image,
        key: str = VALID,
        **changes: Any,  # noqa: ANN401 - as above
    ) -> Completion:
        request = a_prompt(*(parts or ("Hello",)), **({"model_id": self.model(provider)} | changes))
        return await self.gateway.generate(self.connection(provider, key), request)

    async def stream(
        self,
        provider: str,
        *parts: str | Image,
        key: str = VALID,
        **changes: Any,  # noqa: ANN401 - as above
    ) -> tuple[list[str], Completion]:
        """Return the words in their pieces, and what came last."""
        request = a_prompt(*(parts or ("Hello",)), **({"model_id": self.model(provider)} | changes))
        words: list[str] = []
        async with self.gateway.stream(self.connection(provider, key), request) as events:
            async for event in events:
                if isinstance(event, Completion):
                    return words, event
                if isinstance(event, TextDelta):
                    words.append(event.text)
        raise AssertionError("the stream had no end")
