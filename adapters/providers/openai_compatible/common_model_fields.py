"""The fields that compatible servers add to OpenAI's list, under the names that several of them share.

Prices are not among them: their units differ from one service to the next.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeVar

from adapters.providers.extra_fields import extras_of
from adapters.providers.json_values import dated_id, day, mapping, model_id_of, text, tokens, words
from adapters.providers.modalities import type_of
from application.ports.provider_gateway import OfferedModel

Value = TypeVar("Value")

_CONTEXT_WINDOW: Final = ("context_length", "context_window", "max_model_len", "max_context_length")
_MAX_TOKENS: Final = ("max_completion_tokens", "max_output_length", "max_output_tokens")
_NAME: Final = ("display_name", "name")
_CREATED: Final = ("created", "created_at")
_UNDERSTOOD: Final = frozenset(
    {*_CONTEXT_WINDOW, *_MAX_TOKENS, *_NAME, *_CREATED, "id", "object", "input_modalities", "output_modalities"}
)


def read_common(entry: Mapping[str, Any], understood: Collection[str] = ()) -> OfferedModel | None:
    """Return the model of an entry; none without an id. `understood` names fields that the caller reads itself."""
    model_id = model_id_of(entry.get("id"))
    if model_id is None:
        return None
    return OfferedModel(
        model_id=model_id,
        name=_first(entry, _NAME, text),
        version=dated_id(model_id),
        type=type_of(*media_of(entry)),
        context_window=_first(entry, _CONTEXT_WINDOW, tokens),
        max_tokens=_first(entry, _MAX_TOKENS, tokens),
        created_on=_first(entry, _CREATED, day),
        extras=extras_of(entry, _UNDERSTOOD.union(understood)),
    )


def media_of(entry: Mapping[str, Any]) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Return what the model reads and what it writes, in the entry itself or under `architecture`."""
    architecture = mapping(entry.get("architecture"))
    reads, writes = (
        words(entry.get(name)) or words(architecture.get(name)) for name in ("input_modalities", "output_modalities")
    )
    return reads, writes


def _first(entry: Mapping[str, Any], names: Collection[str], read: Callable[[object], Value | None]) -> Value | None:
    return next((value for name in names if (value := read(entry.get(name))) is not None), None)
