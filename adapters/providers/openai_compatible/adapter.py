"""The adapter for OpenAI-compatible services, selected by the setting `preset`."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from functools import partial
from typing import Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.chat_completions.protocol import ChatCompletions
from adapters.providers.chat_completions.refused_fields import OTHER_LIMIT, RefusedFields
from adapters.providers.endpoint_urls import endpoint_url
from adapters.providers.error_mapping.provider_rules import COMPATIBLE
from adapters.providers.openai_compatible.deepseek import DEEPSEEK
from adapters.providers.openai_compatible.groq import GROQ
from adapters.providers.openai_compatible.llamacpp import LLAMACPP
from adapters.providers.openai_compatible.mistral import MISTRAL
from adapters.providers.openai_compatible.ollama import OLLAMA
from adapters.providers.openai_compatible.openrouter import OPENROUTER
from adapters.providers.openai_compatible.service_profile import ServiceProfile, probe_list, whole_list
from adapters.providers.openai_compatible.together import TOGETHER
from adapters.providers.openai_compatible.vllm import VLLM
from adapters.providers.openai_compatible.xai import XAI
from adapters.providers.prompting.embeddings import embed_in_openai_shape
from adapters.providers.prompting.send_prompt import complete_prompt, stream_prompt
from adapters.providers.provider_client import ClientOptions, ProviderClient, bearer, client_for
from application.ports.outbound_http import Outbound
from application.ports.provider_gateway import (
    CallOutcome,
    OfferedModel,
    Preset,
    ProviderConnection,
    ProviderType,
    SettingField,
)
from application.prompts.completion import Completion, CompletionEvent
from application.prompts.embedding import Embedded, EmbeddingRequest
from application.prompts.generation import GenerationRequest

_SERVICES: Final = (OPENROUTER, MISTRAL, GROQ, DEEPSEEK, XAI, TOGETHER, OLLAMA, VLLM, LLAMACPP)
_ANY_SERVER: Final = ServiceProfile(
    preset=None,
    rules=COMPATIBLE,
    probe=probe_list(proves_key=False),
    list_models=whole_list(),
    options=ChatOptions(),
)
_PRESETS: Final[tuple[Preset, ...]] = tuple(service.preset for service in _SERVICES if service.preset is not None)
_BY_PRESET: Final = {service.preset.name: service for service in _SERVICES if service.preset is not None}


class OpenAICompatible:
    """Implements `ProviderAdapter` for the services with a preset and, without one, for any other server."""

    type = ProviderType(
        name="openai_compatible",
        label="OpenAI-compatible",
        default_endpoint=None,
        needs_key=False,
        key_help="The service's API key; local servers often need none.",
        settings=(
            SettingField(
                name="preset",
                kind="choice",
                label="Service",
                help="Which service it is, for its own list, account page and refusals. Leave it out for any other.",
                choices=tuple(preset.name for preset in _PRESETS),
            ),
            SettingField(
                name="streamOptions",
                kind="boolean",
                label="Request the usage of streams",
                help="Whether the usage of streams is requested, with stream_options. Leave it out to have it found "
                "out. Where it is not requested, or the server refuses, tokens and cost of a stream are unknown.",
            ),
            SettingField(
                name="limitField",
                kind="choice",
                label="Field of the limit",
                help="What the server calls the limit of an answer. Leave it out to have the client's own name sent, "
                "and the other one where the server does not know it.",
                choices=tuple(OTHER_LIMIT),
            ),
        ),
        presets=_PRESETS,
        # Cloudflare's AI gateway, for one: https://gateway.ai.cloudflare.com/v1/{account}/{gateway}/{provider}.
        is_account_in_path=True,
    )

    def __init__(self) -> None:
        """Know nothing yet of what servers refuse."""
        self._refused = RefusedFields()

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> CallOutcome:
        service = _service(connection)
        return await service.probe(_exchange(service, connection, outbound), connection.endpoint)

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> list[OfferedModel]:
        service = _service(connection)
        return await service.list_models(_exchange(service, connection, outbound), connection.endpoint)

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        service = _service(connection)
        exchange = _exchange(service, connection, outbound)
        protocol = self._protocol(service, connection, request)
        return await complete_prompt(exchange, _completions(service, connection), protocol, request)

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        service = _service(connection)
        exchange = _exchange(service, connection, outbound)
        protocol = self._protocol(service, connection, request)
        return stream_prompt(exchange, _completions(service, connection), protocol, request)

    async def embed(self, connection: ProviderConnection, request: EmbeddingRequest, outbound: Outbound) -> Embedded:
        service = _service(connection)
        url = endpoint_url(service.base_of_prompts(connection.endpoint), "embeddings")
        return await embed_in_openai_shape(_exchange(service, connection, outbound), url, request)

    def _protocol(
        self, service: ServiceProfile, connection: ProviderConnection, request: GenerationRequest
    ) -> ChatCompletions:
        """Return the service's options from its settings, without what this server has refused before."""
        server = {"endpoint": connection.endpoint, "model_id": request.model_id}
        options = self._refused.options_for(_with_settings(service.options, connection), **server)
        return ChatCompletions(options, partial(self._refused.add, **server))


def _with_settings(options: ChatOptions, connection: ProviderConnection) -> ChatOptions:
    asks = connection.settings.get("streamOptions")
    if isinstance(asks, bool):
        options = replace(options, asks_for_usage=asks, takes_stream_options=asks)
    limit_name = connection.settings.get("limitField")
    if limit_name in OTHER_LIMIT:
        options = replace(options, limit_name=OTHER_LIMIT[OTHER_LIMIT[limit_name]], renames_limit=True)
    return options


def _service(connection: ProviderConnection) -> ServiceProfile:
    return _BY_PRESET.get(str(connection.settings.get("preset")), _ANY_SERVER)


def _completions(service: ServiceProfile, connection: ProviderConnection) -> str:
    return endpoint_url(service.base_of_prompts(connection.endpoint), "chat", "completions")


def _exchange(service: ServiceProfile, connection: ProviderConnection, outbound: Outbound) -> ProviderClient:
    return client_for(ClientOptions(rules=service.rules, headers=bearer), connection, outbound)
