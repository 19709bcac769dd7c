"""Groq: limits, and since July 2026 media and prices in the list (models.dev#3761)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from adapters.providers.chat_completions.options import ChatOptions
from adapters.providers.compatible.models import read_common
from adapters.providers.compatible.service import Service, one_page, probe_list
from adapters.providers.prices import per_token
from adapters.providers.reading import mapping
from adapters.providers.verdicts.dialects import GROQ as DIALECT
from adapters.providers.wire.media import MediaSupport
from application.ports.provider_gateway import Preset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.ports.provider_gateway import OfferedModel

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


GROQ: Final = Service(
    preset=Preset(
        name="groq",
        label="Groq",
        endpoint="https://api.groq.com/openai/v1",
        needs_key=True,
        settings={"preset": "groq"},
    ),
    dialect=DIALECT,
    probe=probe_list(proves_key=True),
    list_models=one_page(read_model),
    options=ChatOptions(media=MediaSupport(label="Groq"), limit_name="max_completion_tokens"),
)
