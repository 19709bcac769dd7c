"""Anthropic."""

from collections.abc import AsyncGenerator, Mapping
from typing import Final

from adapters.providers.anthropic.model_entries import read_model
from adapters.providers.endpoint_urls import endpoint_url, with_version
from adapters.providers.error_mapping.anthropic_rules import ANTHROPIC
from adapters.providers.json_values import mapping
from adapters.providers.messages.protocol import Messages
from adapters.providers.model_listing import counted, entries_under, fetch_list, read_models
from adapters.providers.prompting.count_tokens import countable, counted_tokens
from adapters.providers.prompting.send_prompt import complete_prompt, stream_prompt
from adapters.providers.provider_client import PROBE_LIMITS, ClientOptions, client_for
from application.ports.outbound_http import Outbound
from application.ports.provider_gateway import CallOutcome, OfferedModel, ProviderConnection, ProviderType, SettingField
from application.prompts.completion import Completion, CompletionEvent
from application.prompts.generation import GenerationRequest

# 2026-10-21 is newer, but refuses temperature, top_p and top_k, which many prompts bring along.
DEFAULT_VERSION: Final = "2023-06-01"
# Without it a page has 20.
_PAGE_SIZE: Final = "1000"


def _headers(connection: ProviderConnection) -> dict[str, str]:
    headers = {"anthropic-version": _version(connection)}
    return headers | ({"x-api-key": connection.api_key} if connection.api_key else {})


_WIRE: Final = ClientOptions(rules=ANTHROPIC, headers=_headers)
_LISTED: Final = entries_under("data")
_COUNTED: Final = frozenset(
    {"model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "speed"}
)


class Anthropic:
    """Implements `ProviderAdapter` for api.anthropic.com; an endpoint may end in `/v1` or leave it out."""

    type = ProviderType(
        name="anthropic",
        label="Anthropic",
        default_endpoint="https://api.anthropic.com",
        needs_key=True,
        key_help="An API key from console.anthropic.com.",
        settings=(
            SettingField(
                name="anthropicVersion",
                kind="string",
                label="API version",
                help="Sent as anthropic-version. From 2026-10-21 on, Anthropic refuses temperature and topP, so they "
                "are not sent then.",
                default=DEFAULT_VERSION,
                pattern=r"20\d\d-\d\d-\d\d",
            ),
            SettingField(
                name="defaultMaxTokens",
                kind="integer",
                label="Longest answer",
                help="Max output tokens to request where neither the prompt nor the model's own limit gives one: "
                "Anthropic requires it.",
            ),
        ),
        own_headers=frozenset({"x-api-key", "anthropic-version", "anthropic-beta"}),
    )

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> CallOutcome:
        exchange = client_for(_WIRE, connection, outbound)
        answer = await exchange.get(_models(connection, {"limit": "1"}), PROBE_LIMITS)
        outcome = counted(answer, _LISTED)
        return outcome.counted(None) if mapping(answer.document).get("has_more") is not False else outcome

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> list[OfferedModel]:
        exchange = client_for(_WIRE, connection, outbound)
        entries = await fetch_list(exchange, _models(connection, {"limit": _PAGE_SIZE}), _LISTED)
        return await read_models(exchange, entries, read_model)

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        exchange = client_for(_wire(request), connection, outbound)
        return await complete_prompt(exchange, _messages(connection), _protocol(connection), request)

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        exchange = client_for(_wire(request), connection, outbound)
        return stream_prompt(exchange, _messages(connection), _protocol(connection), request)

    async def count_tokens(self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound) -> int:
        exchange = client_for(_wire(request), connection, outbound)
        url = endpoint_url(with_version(connection.endpoint), "messages", "count_tokens")
        body = countable(_protocol(connection), request, _COUNTED)
        return await counted_tokens(exchange, url, body, "input_tokens", request)


def _version(connection: ProviderConnection) -> str:
    return str(connection.settings.get("anthropicVersion", DEFAULT_VERSION))


def _protocol(connection: ProviderConnection) -> Messages:
    return Messages(_version(connection), connection.settings.get("defaultMaxTokens"))


def _wire(request: GenerationRequest) -> ClientOptions:
    """Return how Anthropic is spoken to for a client of its own protocol, whose version and betas go with its body."""
    sent = request.client.headers if request.client.protocol == "messages" else {}
    named = {name: value for name, value in sent.items() if name in {"anthropic-version", "anthropic-beta"}}
    if not named:
        return _WIRE
    return ClientOptions(rules=ANTHROPIC, headers=lambda connection: _headers(connection) | named)


def _messages(connection: ProviderConnection) -> str:
    return endpoint_url(with_version(connection.endpoint), "messages")


def _models(connection: ProviderConnection, query: Mapping[str, str]) -> str:
    return endpoint_url(with_version(connection.endpoint), "models", query=query)
