"""JSON Schemas as Google takes them (`parametersJsonSchema`, `responseJsonSchema`): one unknown word fails the call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFUSED: Final = frozenset({"$schema", "$id", "title", "discriminator", "examples", "uniqueItems", "default"})
_NAMED: Final = frozenset({"properties", "$defs", "definitions", "patternProperties"})
# Words that hold schemas in a list.
_LISTS: Final = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})


def google_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema without the words that Google refuses; a constant becomes an enumeration of one.

    Bounds that leave their end out are written as those that keep it, which is wider by that one value.
    """
    told: dict[str, Any] = {}
    for word, value in schema.items():
        if word in _REFUSED:
            continue
        if word == "const":
            told["enum"] = [value]
        elif word in {"exclusiveMinimum", "exclusiveMaximum"}:
            told.setdefault(word.removeprefix("exclusive").lower(), value)
        elif word in _NAMED and isinstance(value, dict):
            told[word] = {name: _schema(each) for name, each in value.items()}
        elif word in _LISTS and isinstance(value, list):
            told["anyOf" if word == "oneOf" else word] = [_schema(each) for each in value]
        elif word in {"items", "additionalProperties", "not"}:
            told[word] = _schema(value)
        else:
            told[word] = value
    return told


def _schema(value: object) -> Any:  # noqa: ANN401 - JSON
    return google_schema(value) if isinstance(value, dict) else value
