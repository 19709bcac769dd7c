"""Gemini's model list: limits and methods, from which only embeddings can be recognized for certain.

A model that makes speech or pictures lists `generateContent` like any other, and music is made by the method of
videos, so the rest is left to the catalogue.
"""

from collections.abc import Mapping
from typing import Any, Final

from adapters.providers.extra_fields import extras_of
from adapters.providers.json_values import model_id_of, text, tokens, words
from application.ports.provider_gateway import OfferedModel

_UNDERSTOOD: Final = frozenset({"name", "version", "displayName", "inputTokenLimit", "outputTokenLimit"})
_EMBEDDING: Final = frozenset({"embedContent", "embedText"})
_PREFIX: Final = "models/"


def read_model(entry: Mapping[str, Any]) -> OfferedModel | None:
    """Return the model of an entry; none without a name. A tuned model keeps the prefix it is called by."""
    name = model_id_of(entry.get("name"))
    if name is None or name == _PREFIX:
        return None
    is_embedding = not _EMBEDDING.isdisjoint(words(entry.get("supportedGenerationMethods")) or ())
    return OfferedModel(
        model_id=name.removeprefix(_PREFIX),
        name=text(entry.get("displayName")),
        version=text(entry.get("version")),
        type="embedding" if is_embedding else None,
        context_window=tokens(entry.get("inputTokenLimit")),
        # An embedding writes one vector, which the list counts as one token.
        max_tokens=None if is_embedding else tokens(entry.get("outputTokenLimit")),
        extras=extras_of(entry, _UNDERSTOOD),
    )
