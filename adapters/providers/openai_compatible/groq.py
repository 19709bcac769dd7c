"""Groq: limits, and since July 2026 media and prices in the list (models.dev#3761)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.error_mapping.provider_rules import GROQ as RULES
from adapters.providers.json_values import mapping
from adapters.providers.openai_compatible.common_model_fields import read_common
from adapters.providers.openai_compatible.service_profile import ServiceProfile, probe_list, whole_list
from adapters.providers.price_units import per_token
from adapters.providers.prompting.media_support import MediaSupport
from application.ports.provider_gateway import OfferedModel, Preset

_UNDERSTOOD: Final = frozenset({"active", "pricing"})


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry; none without an id."""
    model = read_common(entry, _UNDERSTOOD)
    if model is None:
        return None
    active, pricing = entry.get("active"), mapping(entry.get("pricing"))
    return replace(
        model,
        input_per_1k=per_token(pricing.get("prompt")),
        output_per_1k=per_token(pricing.get("completion")),
        lifecycle="active" if active is True else "retired" if active is False else None,
    )


GROQ: Final = ServiceProfile(
    preset=Preset(
        name="groq",
        label="Groq",
        endpoint="https://api.groq.com/openai/v1",
        needs_key=True,
        settings={"preset": "groq"},
    ),
    rules=RULES,
    probe=probe_list(proves_key=True),
    list_models=whole_list(read_model),
    options=ChatOptions(media=MediaSupport(label="Groq"), limit_name="max_completion_tokens"),
)
