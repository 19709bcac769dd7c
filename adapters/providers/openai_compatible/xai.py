"""xAI: a bare list of everything, detailed lists with prices beside it, and a page about the key."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.endpoint_urls import endpoint_url
from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.provider_rules import XAI as RULES
from adapters.providers.json_values import mapping, text, tokens
from adapters.providers.model_listing import Entry, counted, fetch_list, read_models
from adapters.providers.openai_compatible.common_model_fields import read_common
from adapters.providers.openai_compatible.service_profile import LISTED, ServiceProfile, entries_if_there
from adapters.providers.price_units import cents_per_hundred_million_tokens
from adapters.providers.prompting.media_support import MediaSupport
from adapters.providers.provider_client import PROBE_LIMITS, ProviderClient
from application.gather_or_cancel import gather_or_cancel
from application.ports.provider_gateway import SOLD_OTHERWISE, CallOutcome, OfferedModel, Preset

_DETAILED: Final = ("language-models", "image-generation-models", "video-generation-models")
_PRICES: Final = ("prompt_text_token_price", "completion_text_token_price")
_CACHED: Final = "cached_prompt_text_token_price"
_UNDERSTOOD: Final = frozenset({"version", "max_prompt_length", _CACHED, *_PRICES})
_BLOCKED: Final = ("team_blocked", "api_key_blocked", "api_key_disabled")


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry; none without an id."""
    model = read_common(entry, _UNDERSTOOD)
    if model is None:
        return None
    read, written = (cents_per_hundred_million_tokens(entry.get(name)) for name in _PRICES)
    is_sold = any(name.endswith("_price") and entry[name] for name in entry)
    return replace(
        model,
        version=text(entry.get("version")) or model.version,
        context_window=model.context_window or tokens(entry.get("max_prompt_length")),
        input_per_1k=read,
        output_per_1k=written,
        cached_input_per_1k=cents_per_hundred_million_tokens(entry.get(_CACHED)),
        price_reason=SOLD_OTHERWISE if is_sold and read is None and written is None else None,
    )


async def _probe(exchange: ProviderClient, endpoint: str) -> CallOutcome:
    """Request the endpoint about the key, which reports whether it is blocked, and the list."""
    page, listed = await gather_or_cancel(
        exchange.get(endpoint_url(endpoint, "api-key"), PROBE_LIMITS),
        exchange.get(endpoint_url(endpoint, "models"), PROBE_LIMITS),
    )
    key = mapping(page.document)
    if not any(isinstance(key.get(name), bool) for name in _BLOCKED):
        return page.refusal()
    if any(key.get(name) is True for name in _BLOCKED):
        return page.outcome_for(error_kinds.ACCOUNT_CLOSED)
    return counted(listed, LISTED)


async def _list_models(exchange: ProviderClient, endpoint: str) -> list[OfferedModel]:
    """Read all lists; where a model is in several, the detailed one counts."""
    *detailed, bare = await gather_or_cancel(
        *(entries_if_there(exchange, endpoint, name) for name in _DETAILED), _bare(exchange, endpoint)
    )
    return await read_models(exchange, [entry for entries in (*detailed, bare) for entry in entries], read_model)


async def _bare(exchange: ProviderClient, endpoint: str) -> list[Entry]:
    return await fetch_list(exchange, endpoint_url(endpoint, "models"), LISTED)


XAI: Final = ServiceProfile(
    preset=Preset(name="xai", label="xAI", endpoint="https://api.x.ai/v1", needs_key=True, settings={"preset": "xai"}),
    rules=RULES,
    probe=_probe,
    list_models=_list_models,
    options=ChatOptions(
        media=MediaSupport(label="xAI", image_types=frozenset({"image/png", "image/jpeg"})),
        limit_name="max_completion_tokens",
    ),
)
