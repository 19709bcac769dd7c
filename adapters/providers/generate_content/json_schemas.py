"""JSON Schemas as Google takes them (`parametersJsonSchema`, `responseJsonSchema`): one unknown word fails the call.

Source: the words that google-genai names for `response_json_schema`, without `title`, which some models refuse.
"""

from collections.abc import Mapping
from typing import Any, Final

_PLAIN: Final = frozenset(
    {"$ref", "type", "description", "enum", "minItems", "maxItems", "minimum", "maximum", "required"}
)
_NAMED: Final = frozenset({"properties", "$defs"})
_LISTS: Final = frozenset({"anyOf", "oneOf", "prefixItems"})
_FORMATS: Final = frozenset({"date-time", "date", "time", "enum", "int32", "int64", "float", "double"})
_EXCLUSIVE: Final = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def google_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema in the words that Google takes, which is as wide as the given one or wider.

    A constant becomes an enumeration of one, a bound that leaves its end out one that keeps it; what must hold all
    together is written as one schema.
    """
    schema = _merged(schema)
    encoded: dict[str, Any] = {}
    for word, value in schema.items():
        if word in _PLAIN or (word == "format" and isinstance(value, str) and value in _FORMATS):
            encoded[word] = value
        elif word == "const":
            encoded["enum"] = [value]
        elif word in _EXCLUSIVE and not isinstance(value, bool):
            encoded.setdefault(_EXCLUSIVE[word], value)
        elif word in _NAMED and isinstance(value, dict):
            encoded[word] = {name: _schema(each) for name, each in value.items()}
        elif word in _LISTS and isinstance(value, list):
            encoded["anyOf" if word == "oneOf" else word] = [_schema(each) for each in value]
        elif word in {"items", "additionalProperties"}:
            encoded[word] = _schema(value)
    # Nothing is allowed beside a reference.
    return (
        {"$ref": encoded["$ref"], **({"$defs": encoded["$defs"]} if "$defs" in encoded else {})}
        if "$ref" in encoded
        else encoded
    )


def _schema(value: object) -> Any:  # noqa: ANN401 - JSON
    return google_schema(value) if isinstance(value, dict) else value


def _merged(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema with those of its `allOf` in it, and definitions by the one name that Google knows."""
    encoded = {word: value for word, value in schema.items() if word not in {"allOf", "definitions"}}
    if isinstance(schema.get("definitions"), dict):
        encoded["$defs"] = {**schema["definitions"], **(schema.get("$defs") or {})}
    alternatives = schema.get("allOf")
    for part in alternatives if isinstance(alternatives, list) else ():
        for word, value in (_merged(part) if isinstance(part, dict) else {}).items():
            known = encoded.get(word)
            if word == "required" and isinstance(value, list) and isinstance(known, list):
                encoded[word] = [*known, *(name for name in value if name not in known)]
            elif word in _NAMED and isinstance(value, dict) and isinstance(known, dict):
                encoded[word] = {**value, **known}
            else:
                encoded.setdefault(word, value)
    if isinstance(encoded.get("$ref"), str):
        encoded["$ref"] = encoded["$ref"].replace("#/definitions/", "#/$defs/")
    return encoded
