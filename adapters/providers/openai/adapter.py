"""OpenAI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.providers.addresses import address
from adapters.providers.chat_completions.options import OPENAI_MEDIA, ChatOptions
from adapters.providers.chat_completions.protocol import ChatCompletions
from adapters.providers.exchange import FOR_A_LIST, FOR_A_PROBE, Exchange, Wire, bearer
from adapters.providers.listing import counted, demanded, offered, under
from adapters.providers.openai.models import read_model
from adapters.providers.openai.rules import answers_in_responses_alone, reasons
from adapters.providers.responses.protocol import Responses
from adapters.providers.verdicts.dialects import OPENAI
from adapters.providers.wire.counting import countable, counted_tokens
from adapters.providers.wire.running import answered, streamed
from application.ports.provider_gateway import ProviderType, SettingField

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from adapters.providers.wire.protocol import PromptProtocol
    from application.ports.outbound import Outbound
    from application.ports.provider_adapter import Finding
    from application.ports.provider_gateway import OfferedModel, ProviderConnection
    from application.prompts.completion import Completion, CompletionEvent
    from application.prompts.generation import GenerationRequest

_HEADER_OF_SETTING: Final = {"organization": "OpenAI-Organization", "project": "OpenAI-Project"}


def _headers(connection: ProviderConnection) -> dict[str, str]:
    settings = connection.settings
    named = {header: str(settings[name]) for name, header in _HEADER_OF_SETTING.items() if name in settings}
    return bearer(connection) | named


_WIRE: Final = Wire(dialect=OPENAI, headers=_headers)
_LISTED: Final = under("data")
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
    )

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> Finding:
        exchange = Exchange(_WIRE, connection, outbound)
        return counted(await exchange.get(address(connection.endpoint, "models"), FOR_A_PROBE), _LISTED)

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> list[OfferedModel]:
        exchange = Exchange(_WIRE, connection, outbound)
        answer = await exchange.get(address(connection.endpoint, "models"), FOR_A_LIST)
        return offered(exchange, demanded(answer, _LISTED), read_model)

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        exchange, protocol = Exchange(_WIRE, connection, outbound), protocol_for(request)
        return await answered(exchange, _address(connection, protocol), protocol, request)

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        exchange, protocol = Exchange(_WIRE, connection, outbound), protocol_for(request)
        return streamed(exchange, _address(connection, protocol), protocol, request)

    async def count_tokens(self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound) -> int:
        exchange = Exchange(_WIRE, connection, outbound)
        body = countable(_RESPONSES, request, _COUNTED)
        url = address(connection.endpoint, "responses", "input_tokens")
        return await counted_tokens(exchange, url, body, "input_tokens", request)


def protocol_for(request: GenerationRequest) -> PromptProtocol:
    """Return the protocol to ask the model in: the client's own, where the model answers in it.

    For clients that show thoughts and hand them back, and for those that send tools, models that reason are asked in
    Responses: Chat Completions refuses them tools, and does not tell thoughts.
    """
    client, model_id = request.client, request.defaults.base_model or request.model_id
    if client.protocol == "responses" or answers_in_responses_alone(model_id):
        return _RESPONSES
    if reasons(model_id) and (client.protocol == "messages" or client.body.get("tools")):
        return _RESPONSES
    return _CHAT


def _address(connection: ProviderConnection, protocol: PromptProtocol) -> str:
    if protocol.name == "responses":
        return address(connection.endpoint, "responses")
    return address(connection.endpoint, "chat", "completions")
