"""Anthropic's model list, with limits and a tree of capabilities.

Fields as recorded in August 2026 and as in the official SDK of November 2026; whether an API version leaves some of
them out is not documented, so all are optional.
"""

from collections.abc import Mapping
from typing import Any, Final

from adapters.providers.extra_fields import extras_of
from adapters.providers.json_values import dated_id, day, mapping, model_id_of, retirement_day, text, tokens
from application.ports.provider_gateway import OfferedModel

_UNDERSTOOD: Final = frozenset(
    {
        "id",
        "type",
        "display_name",
        "created_at",
        "max_input_tokens",
        "max_tokens",
        "capabilities",
        "lifecycle",
        "retires_at",
    }
)
_OUR_WORDS: Final = {
    "image_input": "vision",
    "structured_outputs": "structured_output",
    "thinking": "reasoning",
}


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry; none without an id."""
    model_id = model_id_of(entry.get("id"))
    if model_id is None:
        return None
    tree = entry.get("capabilities")
    capabilities = _capabilities(tree) if isinstance(tree, dict) else None
    lifecycle = entry.get("lifecycle")
    return OfferedModel(
        model_id=model_id,
        name=text(entry.get("display_name")),
        version=dated_id(model_id),
        type=None if capabilities is None else _type(mapping(tree)),
        capabilities=capabilities,
        context_window=tokens(entry.get("max_input_tokens")),
        max_tokens=tokens(entry.get("max_tokens")),
        lifecycle=lifecycle if lifecycle in {"active", "deprecated", "retired"} else None,
        retires_on=retirement_day(entry.get("retires_at")),
        created_on=day(entry.get("created_at")),
        extras=extras_of(entry, _UNDERSTOOD),
    )


def _type(tree: Mapping[str, Any]) -> str | None:
    """A model of Anthropic writes text; the list has whether it reads images."""
    sees = mapping(tree.get("image_input")).get("supported")
    if sees is True:
        return "multimodal"
    return "language" if sees is False else None


def _capabilities(tree: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of what is supported; web search hides one level deeper."""
    nested = {f"{name}": value for name, value in mapping(tree.get("server_tools")).items() if isinstance(value, dict)}
    supported = {name for name, value in (nested | dict(tree)).items() if mapping(value).get("supported") is True}
    return tuple(sorted(_OUR_WORDS.get(name, name) for name in supported if text(name)))
