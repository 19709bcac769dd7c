"""OpenAI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.providers.addresses import address
from adapters.providers.chat_completions.accent import Accent
from adapters.providers.chat_completions.answers import ChunkReader, read_completion
from adapters.providers.chat_completions.requests import chat_request
from adapters.providers.exchange import FOR_A_LIST, FOR_A_PROBE, Exchange, Wire, bearer
from adapters.providers.images import Eyes
from adapters.providers.listing import counted, demanded, offered, under
from adapters.providers.openai.models import read_model
from adapters.providers.running import answered, streamed
from adapters.providers.verdicts.dialects import OPENAI
from application.ports.provider_gateway import ProviderType, SettingField

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from application.ports.generation import Generated, GenerationRequest, StreamEvent
    from application.ports.outbound import Outbound
    from application.ports.provider_adapter import Finding
    from application.ports.provider_gateway import OfferedModel, ProviderConnection

_HEADER_OF_SETTING: Final = {"organization": "OpenAI-Organization", "project": "OpenAI-Project"}


def _headers(connection: ProviderConnection) -> dict[str, str]:
    settings = connection.settings
    named = {header: str(settings[name]) for name, header in _HEADER_OF_SETTING.items() if name in settings}
    return bearer(connection) | named


_WIRE: Final = Wire(dialect=OPENAI, headers=_headers)
_LISTED: Final = under("data")
# Models that think refuse the older `max_tokens`.
_ACCENT: Final = Accent(
    eyes=Eyes(label="OpenAI", media_types=frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})),
    limit_name="max_completion_tokens",
)


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
    ) -> Generated:
        exchange = Exchange(_WIRE, connection, outbound)
        body = chat_request(request, _ACCENT)
        return await answered(exchange, _completions(connection), body, request, read_completion)

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[StreamEvent]:
        exchange = Exchange(_WIRE, connection, outbound)
        body = chat_request(request, _ACCENT, stream=True)
        return streamed(exchange, _completions(connection), body, request, ChunkReader())


def _completions(connection: ProviderConnection) -> str:
    return address(connection.endpoint, "chat", "completions")
