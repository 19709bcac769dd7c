"""Ollama: its own list and, for each model, an endpoint with its capabilities."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.endpoint_urls import endpoint_url, with_version, without_version
from adapters.providers.error_mapping.provider_rules import OLLAMA as RULES
from adapters.providers.json_values import day, mapping, model_id_of, text, tokens, words
from adapters.providers.model_listing import Entry, counted, entries_under, fetch_list, read_models
from adapters.providers.openai_compatible.common_model_fields import read_common
from adapters.providers.openai_compatible.service_profile import ServiceProfile
from adapters.providers.prompting.media_support import MediaSupport
from adapters.providers.provider_client import LIST_LIMITS, PROBE_LIMITS, ProviderClient
from application.gather_or_cancel import gather_or_cancel
from application.ports.provider_gateway import CallOutcome, OfferedModel, Preset, UpstreamFailure

_LISTED: Final = entries_under("models")
# It reads a model's file for each answer, one after the other.
_AT_A_TIME: Final = 4
_NOT_FOUND: Final = 404
_SHOWN: Final = "shown"
_UNDERSTOOD: Final = frozenset({"model", "modified_at", _SHOWN})
_OUR_WORDS: Final = {
    "tools": "function_calling",
    "thinking": "reasoning",
    "vision": "vision",
    "insert": "fill_in_middle",
    "audio": "audio_input",
}


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry of `/api/tags`, with the answer of `/api/show` under `shown`."""
    model = read_common({**entry, "id": entry.get("name") or entry.get("model")}, _UNDERSTOOD)
    if model is None:
        return None
    shown = mapping(entry.get(_SHOWN))
    can = words(shown.get("capabilities"))
    info = mapping(shown.get("model_info"))
    architecture = text(info.get("general.architecture"))
    return replace(
        model,
        name=None,
        type=_type(can or ()),
        capabilities=None if can is None else tuple(sorted(_OUR_WORDS[name] for name in can if name in _OUR_WORDS)),
        context_window=tokens(info.get(f"{architecture}.context_length")),
        created_on=day(entry.get("modified_at")),
    )


def _type(can: tuple[str, ...]) -> str | None:
    if "completion" in can:
        return "multimodal" if "vision" in can else "language"
    return "embedding" if "embedding" in can else None


async def _probe(exchange: ProviderClient, endpoint: str) -> CallOutcome:
    root = without_version(endpoint)
    version, listed = await gather_or_cancel(
        exchange.get(endpoint_url(root, "api", "version"), PROBE_LIMITS),
        exchange.get(endpoint_url(root, "api", "tags"), PROBE_LIMITS),
    )
    if text(mapping(version.document).get("version")) is None:
        return version.refusal()
    return counted(listed, _LISTED, proves_key=False)


async def _list_models(exchange: ProviderClient, endpoint: str) -> list[OfferedModel]:
    root = without_version(endpoint)
    entries = await fetch_list(exchange, endpoint_url(root, "api", "tags"), _LISTED)
    turns = asyncio.Semaphore(_AT_A_TIME)
    shown = await gather_or_cancel(*(_shown(exchange, root, entry, turns) for entry in entries))
    return await read_models(exchange, shown, read_model)


async def _shown(exchange: ProviderClient, root: str, entry: Entry, turns: asyncio.Semaphore) -> Entry:
    """Return the entry with its details; one that was removed meanwhile, or has no name, as it is."""
    name = model_id_of(entry.get("name") or entry.get("model"))
    if name is None:
        return entry
    async with turns:
        answer = await exchange.post(endpoint_url(root, "api", "show"), {"model": name}, LIST_LIMITS)
    if answer.status == _NOT_FOUND:
        return entry
    if not isinstance(answer.document, dict):
        raise UpstreamFailure(answer.refusal())
    return {**entry, _SHOWN: answer.document}


OLLAMA: Final = ServiceProfile(
    preset=Preset(
        name="ollama",
        label="Ollama",
        endpoint="http://localhost:11434",
        needs_key=False,
        settings={"preset": "ollama"},
    ),
    rules=RULES,
    probe=_probe,
    list_models=_list_models,
    options=ChatOptions(media=MediaSupport(label="Ollama", fetches_images=False, takes_documents=False)),
    base_of_prompts=with_version,
)
