"""What a model is and how it is run, by its `litellm_params` and `model_info`."""

import re
from collections.abc import Mapping
from typing import Any, Final

from application.declaration.litellm.translation_notes import TranslationNotes
from application.declaration.litellm.values import number, whole_number

_CONFIG: Final = {
    "temperature": "temperature",
    "top_p": "topP",
    "max_tokens": "maxTokens",
    "max_completion_tokens": "maxTokens",
    "stop": "stop",
    "reasoning_effort": "reasoningEffort",
    "weight": "weight",
    "order": "preference",
    "timeout": "deadlineSeconds",
    "additional_drop_params": "drop",
}
_NO_NUMBERS: Final = frozenset({"stop", "reasoning_effort", "additional_drop_params"})
_LONGEST_SECONDS: Final = 600
_EFFORTS: Final = frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"})

_PRICES: Final = {
    "input_cost_per_token": "inputPer1kTokens",
    "output_cost_per_token": "outputPer1kTokens",
    "cache_read_input_token_cost": "cachedInputPer1kTokens",
    "cache_creation_input_token_cost": "cacheWritePer1kTokens",
    "cache_creation_input_token_cost_above_1hr": "cacheWrite1hPer1kTokens",
    "output_cost_per_reasoning_token": "reasoningPer1kTokens",
    "input_cost_per_audio_token": "audioInputPer1kTokens",
}
_TIER: Final = re.compile(r"(?P<price>\w+)_above_(?P<thousands>\d+)k_tokens")
_TYPES: Final = {
    "embedding": "embedding",
    "image_generation": "image",
    "image_edit": "image",
    "video_generation": "video",
    "audio_transcription": "audio",
    "audio_speech": "audio",
    "moderation": "moderation",
    "moderations": "moderation",
    "rerank": "rerank",
}
_TEXT_MODES: Final = frozenset({"chat", "completion", "responses"})
_CAPABILITIES: Final = {
    "supports_vision": "vision",
    "supports_function_calling": "function_calling",
    "supports_response_schema": "structured_output",
    "supports_reasoning": "reasoning",
    "supports_pdf_input": "pdf_input",
    "supports_audio_input": "audio_input",
    "supports_web_search": "web_search",
}
_FACTS: Final = frozenset({"mode", "base_model", "max_tokens", "max_input_tokens", "max_output_tokens"})

OF_PARAMS: Final = _CONFIG.keys() | _PRICES.keys() | {"base_model"}
OF_INFO: Final = _FACTS | _PRICES.keys() | _CAPABILITIES.keys()
"""The fields that are taken over from here."""


def facts(name: str, params: Mapping[str, Any], info: Mapping[str, Any], left: TranslationNotes) -> dict[str, Any]:
    """Return what the model is: its type, what it can do, its limits and its prices."""
    found: dict[str, Any] = {}
    mode = info.get("mode")
    if mode in _TYPES:
        found["type"] = _TYPES[mode]
    elif mode is not None and mode not in _TEXT_MODES:
        left.leave(f"model_info.mode {mode}", name)
    capabilities = {word for field, word in _CAPABILITIES.items() if info.get(field) is True}
    if capabilities:
        found["capabilities"] = sorted(capabilities | {"text", "streaming"})
    for field, fact in (("max_input_tokens", "contextWindow"), ("max_output_tokens", "maxTokens")):
        if (tokens := whole_number(info.get(field))) is not None:
            found[fact] = tokens
    if "maxTokens" not in found and (tokens := whole_number(info.get("max_tokens"))) is not None:
        found["maxTokens"] = tokens
    prices = _pricing({**info, **params})
    return found | ({"pricing": prices} if prices else {})


def config(name: str, params: Mapping[str, Any], info: Mapping[str, Any], left: TranslationNotes) -> dict[str, Any]:
    """Return the defaults that the model is run with."""
    found: dict[str, Any] = {}
    for field, ours in _CONFIG.items():
        value = params.get(field)
        if value is None:
            continue
        amount = number(value)
        if field in _NO_NUMBERS:
            if field == "reasoning_effort" and value not in _EFFORTS:
                left.leave(field, name)
            else:
                found[ours] = value
        elif amount is None or (field == "timeout" and not 0 < amount <= _LONGEST_SECONDS):
            left.leave(field, name, f"config.{ours} is a number, and seconds are at most {_LONGEST_SECONDS}")
        else:
            found[ours] = amount
    base_model = info.get("base_model") or params.get("base_model")
    return found | ({"baseModel": str(base_model).rpartition("/")[2]} if base_model else {})


def is_tier(field: str) -> bool:
    """Return whether the field is a price for long prompts that is taken over."""
    match = _TIER.fullmatch(field)
    return match is not None and match["price"] in _PRICES


def _pricing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return USD per 1,000 tokens of what LiteLLM has in USD per token."""
    prices: dict[str, Any] = {}
    tiers: dict[int, dict[str, Any]] = {}
    for field, value in values.items():
        cost = number(value)
        match = _TIER.fullmatch(field)
        if cost is None:
            continue
        if field in _PRICES:
            prices[_PRICES[field]] = cost * 1000
        elif match is not None and match["price"] in _PRICES:
            above = int(match["thousands"]) * 1000
            tiers.setdefault(above, {"aboveInputTokens": above})[_PRICES[match["price"]]] = cost * 1000
    if not prices.keys() & {"inputPer1kTokens", "outputPer1kTokens"}:
        # Without these it has no price of its own, and the catalogue's holds.
        return {}
    return prices | ({"tiers": [tiers[above] for above in sorted(tiers)]} if tiers else {})
