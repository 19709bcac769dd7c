"""OpenRouter: the most complete list there is, open to anybody, so that the key has to be tested elsewhere."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.endpoint_urls import endpoint_url
from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.provider_rules import OPENROUTER as RULES
from adapters.providers.json_values import dated_id, mapping, retirement_day, text, tokens, words
from adapters.providers.modalities import capabilities_of
from adapters.providers.model_listing import fetch_list, read_models
from adapters.providers.openai_compatible.common_model_fields import media_of, read_common
from adapters.providers.openai_compatible.service_profile import LISTED, ServiceProfile, entries_if_there
from adapters.providers.price_units import per_token
from adapters.providers.prompting.media_support import MediaSupport
from adapters.providers.provider_client import PROBE_LIMITS, ProviderClient
from application.gather_or_cancel import gather_or_cancel
from application.ports.provider_gateway import ROUTER, SOLD_OTHERWISE, CallOutcome, OfferedModel, Preset

_UNDERSTOOD: Final = frozenset({"canonical_slug", "expiration_date", "pricing"})
_GIFT: Final = ":free"
_BY_THE_PIECE: Final = frozenset({"audio", "image", "video"})
_OTHER_PRICES: Final = ("request", "image", "audio")
_OTHER_TOKENS: Final = {
    "cached_input_per_1k": "input_cache_read",
    "cache_write_per_1k": "input_cache_write",
    "reasoning_per_1k": "internal_reasoning",
    "audio_input_per_1k": "audio",
}
_PARAMETERS: Final = {
    "tools": "function_calling",
    "structured_outputs": "structured_output",
    "reasoning": "reasoning",
}
# Without it the list has only models that write text.
_ALL: Final = {"output_modalities": "all"}


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry. A price of -1 belongs to a router, which charges what its choice costs."""
    model = read_common(entry, _UNDERSTOOD)
    if model is None:
        return None
    pricing = mapping(entry.get("pricing"))
    read, written = per_token(pricing.get("prompt")), per_token(pricing.get("completion"))
    reason = ROUTER if str(pricing.get("prompt", "")).startswith("-") else None
    if read == written == 0 and _is_sold_otherwise(model, pricing):
        read, written, reason = None, None, SOLD_OTHERWISE
    retires_on = retirement_day(entry.get("expiration_date"))
    return replace(
        model,
        version=dated_id(text(entry.get("canonical_slug")) or model.model_id),
        capabilities=_capabilities(entry),
        max_tokens=model.max_tokens or tokens(mapping(entry.get("top_provider")).get("max_completion_tokens")),
        input_per_1k=read,
        output_per_1k=written,
        **(_other_prices(pricing) if reason is None and (read or written) else {}),
        price_reason=reason,
        lifecycle="deprecated" if retires_on else None,
        retires_on=retires_on,
    )


def _other_prices(pricing: Mapping[str, Any]) -> dict[str, Any]:
    """Return the prices of further kinds of tokens; 0 where there is none."""
    return {kind: per_token(pricing.get(name)) or None for kind, name in _OTHER_TOKENS.items()}


def _is_sold_otherwise(model: OfferedModel, pricing: Mapping[str, Any]) -> bool:
    """Distinguish a model sold by the song, the picture or the request, whose tokens cost nothing, from a free one."""
    if model.model_id.endswith(_GIFT):
        return False
    return model.type in _BY_THE_PIECE or any(per_token(pricing.get(name)) for name in _OTHER_PRICES)


def _capabilities(entry: Mapping[str, Any]) -> tuple[str, ...] | None:
    parameters = words(entry.get("supported_parameters"))
    reads, writes = media_of(entry)
    if parameters is None and reads is None and writes is None:
        return None
    named = {capability for name, capability in _PARAMETERS.items() if name in (parameters or ())}
    return tuple(sorted(named | capabilities_of(reads, writes)))


async def _probe(exchange: ProviderClient, endpoint: str) -> CallOutcome:
    """Request the endpoint about the key, which is free; a limit that is used up shows there."""
    answer = await exchange.get(endpoint_url(endpoint, "key"), PROBE_LIMITS)
    key = mapping(mapping(answer.document).get("data"))
    if not key:
        return answer.refusal()
    left = key.get("limit_remaining")
    is_spent = isinstance(left, int | float) and not isinstance(left, bool) and left <= 0
    return answer.outcome_for(error_kinds.CREDIT_EXHAUSTED) if is_spent else answer.success()


async def _list_models(exchange: ProviderClient, endpoint: str) -> list[OfferedModel]:
    """Read the list and the one of embeddings."""
    models, embeddings = await gather_or_cancel(
        fetch_list(exchange, endpoint_url(endpoint, "models", query=_ALL), LISTED),
        entries_if_there(exchange, endpoint, "embeddings", "models"),
    )
    return await read_models(exchange, [*models, *embeddings], read_model)


OPENROUTER: Final = ServiceProfile(
    preset=Preset(
        name="openrouter",
        label="OpenRouter",
        endpoint="https://openrouter.ai/api/v1",
        needs_key=True,
        settings={"preset": "openrouter"},
    ),
    rules=RULES,
    probe=_probe,
    list_models=_list_models,
    options=ChatOptions(
        media=MediaSupport(
            label="OpenRouter", image_types=frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
        ),
        keeps_reasoning_details=True,
    ),
)
