"""Anthropic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adapters.providers.addresses import address, with_version
from adapters.providers.anthropic.answers import MessageReader, read_message
from adapters.providers.anthropic.models import read_model
from adapters.providers.anthropic.requests import message_request
from adapters.providers.exchange import FOR_A_PROBE, Exchange, Wire
from adapters.providers.listing import counted, every_entry, offered, under
from adapters.providers.reading import mapping
from adapters.providers.running import answered, streamed
from adapters.providers.verdicts.anthropic import ANTHROPIC
from application.ports.provider_gateway import ProviderType, SettingField

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from application.ports.generation import Generated, GenerationRequest, StreamEvent
    from application.ports.outbound import Outbound
    from application.ports.provider_adapter import Finding
    from application.ports.provider_gateway import OfferedModel, ProviderConnection

# 2026-10-21 is newer, but refuses temperature, top_p and top_k, which many prompts bring along.
DEFAULT_VERSION: Final = "2023-06-01"
# Without it a page has 20.
_PAGE_SIZE: Final = "1000"


def _headers(connection: ProviderConnection) -> dict[str, str]:
    headers = {"anthropic-version": _version(connection)}
    return headers | ({"x-api-key": connection.api_key} if connection.api_key else {})


_WIRE: Final = Wire(dialect=ANTHROPIC, headers=_headers)
_LISTED: Final = under("data")


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
                help="Tokens asked for where neither the prompt says how many nor the longest answer of the model is "
                "known: Anthropic must be told.",
            ),
        ),
    )

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> Finding:
        exchange = Exchange(_WIRE, connection, outbound)
        answer = await exchange.get(_models(connection, {"limit": "1"}), FOR_A_PROBE)
        finding = counted(answer, _LISTED)
        return finding.counted(None) if mapping(answer.document).get("has_more") is not False else finding

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> list[OfferedModel]:
        exchange = Exchange(_WIRE, connection, outbound)

        def page(after: str | None) -> str:
            return _models(connection, {"limit": _PAGE_SIZE} | ({"after_id": after} if after else {}))

        return offered(exchange, await every_entry(exchange, page, _next_page, _LISTED), read_model)

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Generated:
        exchange = Exchange(_WIRE, connection, outbound)
        body = _body(connection, request, stream=False)
        return await answered(exchange, _messages(connection), body, request, read_message)

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[StreamEvent]:
        exchange = Exchange(_WIRE, connection, outbound)
        body = _body(connection, request, stream=True)
        return streamed(exchange, _messages(connection), body, request, MessageReader())


def _version(connection: ProviderConnection) -> str:
    return str(connection.settings.get("anthropicVersion", DEFAULT_VERSION))


def _body(connection: ProviderConnection, request: GenerationRequest, *, stream: bool) -> dict[str, Any]:
    limit = connection.settings.get("defaultMaxTokens")
    return message_request(request, _version(connection), default_max_tokens=limit, stream=stream)


def _messages(connection: ProviderConnection) -> str:
    return address(with_version(connection.endpoint), "messages")


def _models(connection: ProviderConnection, query: Mapping[str, str]) -> str:
    return address(with_version(connection.endpoint), "models", query=query)


def _next_page(document: Mapping[str, Any]) -> tuple[bool, object]:
    return bool(document.get("has_more")), document.get("last_id")
