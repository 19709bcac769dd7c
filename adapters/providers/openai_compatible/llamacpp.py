"""llama.cpp's server: one list in OpenAI's words and in Ollama's, open to anybody even when a key is set."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.endpoint_urls import endpoint_url, without_version
from adapters.providers.error_mapping.provider_rules import LLAMACPP as RULES
from adapters.providers.json_values import mapping, tokens, words
from adapters.providers.model_listing import Entry, counted, entries_under, only_entries
from adapters.providers.openai_compatible.common_model_fields import read_common
from adapters.providers.openai_compatible.service_profile import ServiceProfile, probe_list, whole_list
from adapters.providers.prompting.media_support import MediaSupport
from adapters.providers.provider_client import PROBE_LIMITS, ProviderClient
from application.gather_or_cancel import gather_or_cancel
from application.ports.provider_gateway import CallOutcome, OfferedModel, Preset

_WRONG_KEY: Final = 401
_CAN: Final = "capabilities"


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry; its id may be a path of Windows."""
    model = read_common(entry, {_CAN})
    can = words(entry.get(_CAN)) or ()
    if model is None:
        return None
    model_type = "multimodal" if "multimodal" in can else "language" if "completion" in can else None
    return replace(model, type=model_type, context_window=tokens(mapping(entry.get("meta")).get("n_ctx")))


def _listed(document: object) -> list[Entry] | None:
    """Find OpenAI's entries, with the capabilities that only the other half of the list has."""
    entries = entries_under("data")(document)
    own = only_entries(mapping(document).get("models")) or []
    can = {entry.get("name"): entry.get(_CAN) for entry in own if isinstance(entry.get("name"), str)}
    return None if entries is None else [{**entry, _CAN: can.get(_hashable(entry.get("id")))} for entry in entries]


def _hashable(value: object) -> str | None:
    return value if isinstance(value, str) else None


async def _probe(exchange: ProviderClient, endpoint: str) -> CallOutcome:
    """Request the list and, with a key, the server's properties, which are behind the key."""
    if not exchange.has_key:
        return await _probe_list(exchange, endpoint)
    listed, properties = await gather_or_cancel(
        exchange.get(endpoint_url(endpoint, "models"), PROBE_LIMITS),
        exchange.get(endpoint_url(without_version(endpoint), "props"), PROBE_LIMITS),
    )
    outcome = counted(listed, _listed, proves_key=False)
    is_refused = outcome.category == "ok" and properties.status == _WRONG_KEY
    return properties.refusal() if is_refused else outcome


_probe_list: Final = probe_list(proves_key=False, list_of=_listed)

LLAMACPP: Final = ServiceProfile(
    preset=Preset(
        name="llamacpp",
        label="llama.cpp",
        endpoint="http://localhost:8080/v1",
        needs_key=False,
        settings={"preset": "llamacpp"},
    ),
    rules=RULES,
    probe=_probe,
    list_models=whole_list(read_model, _listed),
    options=ChatOptions(media=MediaSupport(label="llama.cpp")),
)
