"""OpenAI."""

from collections.abc import AsyncGenerator
from typing import Final

from adapters.providers.chat_completions.chat_options import OPENAI_MEDIA, ChatOptions
from adapters.providers.chat_completions.protocol import ChatCompletions
from adapters.providers.endpoint_urls import endpoint_url
from adapters.providers.error_mapping.provider_rules import OPENAI
from adapters.providers.model_listing import counted, entries_under, fetch_list, read_models
from adapters.providers.openai.model_entries import read_model
from adapters.providers.openai.protocol_choice import answers_in_responses_alone, is_reasoning_model
from adapters.providers.prompting.count_tokens import countable, counted_tokens
from adapters.providers.prompting.embeddings import embed_in_openai_shape
from adapters.providers.prompting.prompt_protocol import PromptProtocol
from adapters.providers.prompting.send_prompt import complete_prompt, stream_prompt
from adapters.providers.provider_client import PROBE_LIMITS, ClientOptions, bearer, client_for
from adapters.providers.responses.protocol import Responses
from application.ports.outbound_http import Outbound
from application.ports.provider_gateway import CallOutcome, OfferedModel, ProviderConnection, ProviderType, SettingField
from application.prompts.completion import Completion, CompletionEvent
from application.prompts.embedding import Embedded, EmbeddingRequest
from application.prompts.generation import GenerationRequest

_HEADER_OF_SETTING: Final = {"organization": "OpenAI-Organization", "project": "OpenAI-Project"}


def _headers(connection: ProviderConnection) -> dict[str, str]:
    settings = connection.settings
    named = {header: str(settings[name]) for name, header in _HEADER_OF_SETTING.items() if name in settings}
    return bearer(connection) | named


_WIRE: Final = ClientOptions(rules=OPENAI, headers=_headers)
_LISTED: Final = entries_under("data")
_COUNTED: Final = frozenset(
    {"model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "text", "truncation"}
)
_RESPONSES: Final = Responses(OPENAI_MEDIA)
# Models that reason refuse the older `max_tokens`.
_CHAT: Final = ChatCompletions(ChatOptions(media=OPENAI_MEDIA, limit_name="max_completion_tokens", is_openai=True))


class OpenAI:
    """Implements `ProviderAdapter` for api.openai.com; compatible services have an adapter of their own."""

    type = ProviderType(
        name="openai",
        label="OpenAI",
        default_endpoint="https://api.openai.com/v1",
        needs_key=True,
        key_help="A project key from platform.openai.com/api-keys. It needs the scopes Models (read) and Model "
        "capabilities (request).",
        settings=(
            SettingField(
                name="organization",
                kind="string",
                label="Organization",
                help="The organization to bill, when the key belongs to several.",
                pattern=r"(?:org|user)[-_][A-Za-z0-9_-]{1,100}",
            ),
            SettingField(
                name="project",
                kind="string",
                label="Project",
                help="The project to bill, when the key is not a project's.",
                pattern=r"proj[-_][A-Za-z0-9_-]{1,100}",
            ),
        ),
        own_headers=frozenset(header.lower() for header in _HEADER_OF_SETTING.values()),
    )

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> CallOutcome:
        exchange = client_for(_WIRE, connection, outbound)
        return counted(await exchange.get(endpoint_url(connection.endpoint, "models"), PROBE_LIMITS), _LISTED)

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> list[OfferedModel]:
        exchange = client_for(_WIRE, connection, outbound)
        entries = await fetch_list(exchange, endpoint_url(connection.endpoint, "models"), _LISTED)
        return await read_models(exchange, entries, read_model)

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        exchange, protocol = client_for(_WIRE, connection, outbound), protocol_for(request)
        return await complete_prompt(exchange, _address(connection, protocol), protocol, request)

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        exchange, protocol = client_for(_WIRE, connection, outbound), protocol_for(request)
        return stream_prompt(exchange, _address(connection, protocol), protocol, request)

    async def count_tokens(self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound) -> int:
        exchange = client_for(_WIRE, connection, outbound)
        body = countable(_RESPONSES, request, _COUNTED)
        url = endpoint_url(connection.endpoint, "responses", "input_tokens")
        return await counted_tokens(exchange, url, body, "input_tokens", request)

    async def embed(self, connection: ProviderConnection, request: EmbeddingRequest, outbound: Outbound) -> Embedded:
        exchange = client_for(_WIRE, connection, outbound)
        return await embed_in_openai_shape(exchange, endpoint_url(connection.endpoint, "embeddings"), request)


def protocol_for(request: GenerationRequest) -> PromptProtocol:
    """Return the protocol to call the model in: the client's own, where the model answers in it.

    For clients that show thoughts and hand them back, and for those that send tools, models that reason are called in
    Responses: Chat Completions refuses tools for them, and does not return thoughts.
    """
    client, model_id = request.client, request.defaults.base_model or request.model_id
    if client.protocol == "responses" or answers_in_responses_alone(model_id):
        return _RESPONSES
    if is_reasoning_model(model_id) and (client.protocol == "messages" or client.body.get("tools")):
        return _RESPONSES
    return _CHAT


def _address(connection: ProviderConnection, protocol: PromptProtocol) -> str:
    if protocol.name == "responses":
        return endpoint_url(connection.endpoint, "responses")
    return endpoint_url(connection.endpoint, "chat", "completions")
