"""Google Gemini."""

import re
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

from adapters.providers.endpoint_urls import endpoint_url
from adapters.providers.error_mapping.google_rules import GOOGLE
from adapters.providers.generate_content.protocol import GenerateContent
from adapters.providers.google.model_entries import read_model
from adapters.providers.model_listing import counted, entries_under, fetch_list, read_models
from adapters.providers.prompting.count_tokens import countable, counted_tokens
from adapters.providers.prompting.embeddings import embed_in_google_shape
from adapters.providers.prompting.send_prompt import complete_prompt, stream_prompt
from adapters.providers.provider_client import PROBE_LIMITS, ClientOptions, client_for
from application.ports.outbound_http import Outbound
from application.ports.provider_gateway import CallOutcome, OfferedModel, ProviderConnection, ProviderType, SettingField
from application.prompts.completion import Completion, CompletionEvent
from application.prompts.embedding import Embedded, EmbeddingRequest
from application.prompts.generation import GenerationRequest

# v1 is stable but leaves the previews out.
DEFAULT_VERSION: Final = "v1beta"
_VERSION: Final = r"v\d{1,2}(?:(?:alpha|beta)\d{0,2})?"
_VERSION_AT_THE_END: Final = re.compile(f"/{_VERSION}$")
# Without it a page has 50.
_PAGE_SIZE: Final = "1000"


def _headers(connection: ProviderConnection) -> dict[str, str]:
    # As `?key=` it would end up in the logs of every proxy.
    return {"x-goog-api-key": connection.api_key} if connection.api_key else {}


_WIRE: Final = ClientOptions(rules=GOOGLE, headers=_headers)
_PROTOCOL: Final = GenerateContent()
_COUNTED: Final = frozenset({"contents", "systemInstruction", "tools", "toolConfig"})


class Google:
    """Implements `ProviderAdapter` for the Gemini API; a version at the endpoint's end yields to the setting."""

    type = ProviderType(
        name="google",
        label="Google Gemini",
        default_endpoint="https://generativelanguage.googleapis.com",
        needs_key=True,
        key_help="An API key from aistudio.google.com. Its restrictions must allow the Generative Language API.",
        settings=(
            SettingField(
                name="apiVersion",
                kind="string",
                label="API version",
                help="v1beta has the preview models too; v1 only the stable ones.",
                default=DEFAULT_VERSION,
                pattern=_VERSION,
            ),
        ),
        own_headers=frozenset({"x-goog-api-key"}),
    )

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> CallOutcome:
        exchange = client_for(_WIRE, connection, outbound)
        return counted(await exchange.get(_models(connection, {"pageSize": "1"}), PROBE_LIMITS), _listed)

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> list[OfferedModel]:
        exchange = client_for(_WIRE, connection, outbound)
        entries = await fetch_list(exchange, _models(connection, {"pageSize": _PAGE_SIZE}), _listed)
        return await read_models(exchange, entries, read_model)

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        exchange = client_for(_WIRE, connection, outbound)
        url = _method(connection, request.model_id, "generateContent")
        return await complete_prompt(exchange, url, _PROTOCOL, request)

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        exchange = client_for(_WIRE, connection, outbound)
        url = _method(connection, request.model_id, "streamGenerateContent", {"alt": "sse"})
        return stream_prompt(exchange, url, _PROTOCOL, request)

    async def count_tokens(self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound) -> int:
        exchange = client_for(_WIRE, connection, outbound)
        folder, _, model = request.model_id.rpartition("/")
        prompt = countable(_PROTOCOL, request, _COUNTED)
        body = {"generateContentRequest": {"model": f"{folder or 'models'}/{model}", **prompt}}
        url = _method(connection, request.model_id, "countTokens")
        return await counted_tokens(exchange, url, body, "totalTokens", request)

    async def embed(self, connection: ProviderConnection, request: EmbeddingRequest, outbound: Outbound) -> Embedded:
        exchange = client_for(_WIRE, connection, outbound)
        url = _method(connection, request.model_id, "batchEmbedContents")
        return await embed_in_google_shape(exchange, url, request)


def versioned(connection: ProviderConnection) -> str:
    """Return the endpoint with the version of the API that the settings or the endpoint itself name."""
    base = connection.endpoint.rstrip("/")
    at_the_end = _VERSION_AT_THE_END.search(base)
    version = connection.settings.get("apiVersion") or (at_the_end[0][1:] if at_the_end else DEFAULT_VERSION)
    return f"{_VERSION_AT_THE_END.sub('', base)}/{version}"


def _method(connection: ProviderConnection, model_id: str, name: str, query: Mapping[str, str] | None = None) -> str:
    """Return the address of a model's method; tuned models have a path of their own, which their ids contain."""
    folder, _, model = model_id.rpartition("/")
    return endpoint_url(versioned(connection), folder or "models", f"{model}:{name}", query=query)


def _models(connection: ProviderConnection, query: Mapping[str, str]) -> str:
    return endpoint_url(versioned(connection), "models", query=query)


def _listed(document: object) -> list[Mapping[str, Any]] | None:
    """Find the entries; a page without any lacks the field, as Google's JSON leaves out what is empty."""
    if isinstance(document, dict) and document.keys() <= {"nextPageToken"}:
        return []
    return entries_under("models")(document)
