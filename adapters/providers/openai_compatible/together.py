"""Together: the list is a bare array, with prices in USD per million tokens."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.error_mapping.provider_rules import TOGETHER as RULES
from adapters.providers.json_values import mapping
from adapters.providers.openai_compatible.common_model_fields import read_common
from adapters.providers.openai_compatible.service_profile import ServiceProfile, probe_list, whole_list
from adapters.providers.price_units import per_million_tokens
from adapters.providers.prompting.media_support import MediaSupport
from application.ports.provider_gateway import SOLD_OTHERWISE, OfferedModel, Preset

# A "chat" model may read images or not, so its type is left open.
_TYPES: Final = {
    "language": "language",
    "code": "language",
    "image": "image",
    "embedding": "embedding",
    "moderation": "moderation",
    "rerank": "rerank",
    "audio": "audio",
    "video": "video",
}


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry; none without an id."""
    model = read_common(entry, {"pricing"})
    if model is None:
        return None
    pricing = mapping(entry.get("pricing"))
    kind = entry.get("type")
    read, written = (per_million_tokens(pricing.get(name)) for name in ("input", "output"))
    return replace(
        model,
        type=(_TYPES.get(kind) if isinstance(kind, str) else None) or model.type,
        input_per_1k=read,
        output_per_1k=written,
        price_reason=SOLD_OTHERWISE if pricing and read is None and written is None else None,
    )


TOGETHER: Final = ServiceProfile(
    preset=Preset(
        name="together",
        label="Together AI",
        endpoint="https://api.together.xyz/v1",
        needs_key=True,
        settings={"preset": "together"},
    ),
    rules=RULES,
    probe=probe_list(proves_key=True),
    list_models=whole_list(read_model),
    options=ChatOptions(media=MediaSupport(label="Together AI")),
)
