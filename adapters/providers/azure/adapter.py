"""Azure OpenAI."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Final

from adapters.providers.azure.model_entries import read_deployment, read_model
from adapters.providers.chat_completions.chat_options import OPENAI_MEDIA, ChatOptions
from adapters.providers.chat_completions.protocol import ChatCompletions
from adapters.providers.endpoint_urls import endpoint_url
from adapters.providers.error_mapping.provider_rules import AZURE
from adapters.providers.model_listing import counted, entries_under, fetch_list, read_models
from adapters.providers.prompting.embeddings import embed_in_openai_shape
from adapters.providers.prompting.send_prompt import complete_prompt, stream_prompt
from adapters.providers.provider_client import PROBE_LIMITS, ClientOptions, client_for
from application.ports.outbound_http import Outbound
from application.ports.provider_gateway import CallOutcome, OfferedModel, ProviderConnection, ProviderType, SettingField
from application.prompts.completion import Completion, CompletionEvent
from application.prompts.embedding import Embedded, EmbeddingRequest
from application.prompts.generation import GenerationRequest

DEFAULT_VERSION: Final = "2024-10-21"
# The one version whose data plane lists deployments (openai-python#447, #460).
_DEPLOYMENTS_VERSION: Final = "2023-03-15-preview"


def _headers(connection: ProviderConnection) -> dict[str, str]:
    return {"api-key": connection.api_key} if connection.api_key else {}


_WIRE: Final = ClientOptions(rules=AZURE, headers=_headers)
_LISTED: Final = entries_under("data")
_OPTIONS: Final = ChatOptions(
    media=replace(OPENAI_MEDIA, label="Azure OpenAI"),
    limit_name="max_completion_tokens",
    names_model=False,
    is_openai=True,
)
# The first version that knows `max_completion_tokens` and `stream_options`.
_NEW_NAMES_VERSION: Final = "2024-09-01"
_OLDER_OPTIONS: Final = replace(_OPTIONS, limit_name="max_tokens", asks_for_usage=False)


class AzureOpenAI:
    """Implements `ProviderAdapter` for a resource on Azure; its endpoint is the resource's root."""

    type = ProviderType(
        name="azure_openai",
        label="Azure OpenAI",
        default_endpoint=None,
        needs_key=True,
        key_help="One of the resource's two keys, from Keys and Endpoint in the Azure portal.",
        settings=(
            SettingField(
                name="apiVersion",
                kind="string",
                label="API version",
                help="Sent as api-version.",
                default=DEFAULT_VERSION,
                pattern=r"20\d\d-\d\d-\d\d(?:-preview)?",
            ),
            SettingField(
                name="listing",
                kind="choice",
                label="Discover",
                help="models: the base models of the region, deployed or not. deployments: what can be called, from "
                "an old preview of the API that Microsoft no longer documents.",
                choices=("models", "deployments"),
                default="models",
            ),
        ),
        own_headers=frozenset({"api-key"}),
        # API Management and other gateways before Azure keep several resources below one host.
        is_account_in_path=True,
    )

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> CallOutcome:
        exchange = client_for(_WIRE, connection, outbound)
        return counted(await exchange.get(_list_address(connection), PROBE_LIMITS), _LISTED)

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> list[OfferedModel]:
        exchange = client_for(_WIRE, connection, outbound)
        read = read_deployment if _lists_deployments(connection) else read_model
        return await read_models(exchange, await fetch_list(exchange, _list_address(connection), _LISTED), read)

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        exchange = client_for(_WIRE, connection, outbound)
        return await complete_prompt(exchange, _completions(connection, request), _protocol(connection), request)

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        exchange = client_for(_WIRE, connection, outbound)
        return stream_prompt(exchange, _completions(connection, request), _protocol(connection), request)

    async def embed(self, connection: ProviderConnection, request: EmbeddingRequest, outbound: Outbound) -> Embedded:
        exchange = client_for(_WIRE, connection, outbound)
        path = ("openai", "deployments", request.model_id, "embeddings")
        url = endpoint_url(connection.endpoint, *path, query={"api-version": _version(connection)})
        return await embed_in_openai_shape(exchange, url, request, names_model=False)


def _version(connection: ProviderConnection) -> str:
    return str(connection.settings.get("apiVersion", DEFAULT_VERSION))


def _protocol(connection: ProviderConnection) -> ChatCompletions:
    return ChatCompletions(_OPTIONS if _version(connection) >= _NEW_NAMES_VERSION else _OLDER_OPTIONS)


def _completions(connection: ProviderConnection, request: GenerationRequest) -> str:
    """Return the address of the deployment that the model id names."""
    path = ("openai", "deployments", request.model_id, "chat", "completions")
    return endpoint_url(connection.endpoint, *path, query={"api-version": _version(connection)})


def _lists_deployments(connection: ProviderConnection) -> bool:
    return connection.settings.get("listing") == "deployments"


def _list_address(connection: ProviderConnection) -> str:
    if _lists_deployments(connection):
        return endpoint_url(connection.endpoint, "openai", "deployments", query={"api-version": _DEPLOYMENTS_VERSION})
    return endpoint_url(connection.endpoint, "openai", "models", query={"api-version": _version(connection)})
