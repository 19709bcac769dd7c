"""JSON Schemas by which OpenAI's answers and the arguments of calls can be bound.

Source: developers.openai.com/api/docs/guides/structured-outputs, "Supported schemas": every object is closed, and
every property of it is required.
"""

from collections.abc import Mapping
from typing import Any, Final

_UNFIT: Final = frozenset(
    {
        "minProperties", "maxProperties", "patternProperties", "propertyNames", "unevaluatedProperties",
        "unevaluatedItems", "contains", "minContains", "maxContains", "uniqueItems", "allOf", "oneOf", "not",
        "dependentRequired", "dependentSchemas", "if", "then", "else",
    }
)  # fmt: skip

_NAMED: Final = frozenset({"properties", "$defs", "definitions"})


def unfit_word(schema: object) -> str | None:
    """Return the first word by which an answer cannot be bound; none when the schema is fit, once it is narrowed."""
    if isinstance(schema, list):
        return next((word for each in schema if (word := unfit_word(each)) is not None), None)
    if not isinstance(schema, dict):
        return None
    if schema.get("additionalProperties", False) is not False:
        return "additionalProperties"
    for word, value in schema.items():
        if word in _UNFIT:
            return str(word)
        # The names of properties are no words of the language.
        inner = list(value.values()) if word in _NAMED and isinstance(value, dict) else value
        if word not in {"enum", "const", "default", "required"} and (found := unfit_word(inner)) is not None:
            return found
    return None


def narrowed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema with every object closed and every property required: what fits it fits the given one too."""
    encoded: dict[str, Any] = {}
    for word, value in schema.items():
        if word in _NAMED and isinstance(value, dict):
            encoded[word] = {name: _narrowed(each) for name, each in value.items()}
        elif word == "anyOf" and isinstance(value, list):
            encoded[word] = [_narrowed(each) for each in value]
        else:
            encoded[word] = _narrowed(value) if word == "items" else value
    if isinstance(encoded.get("properties"), dict):
        required = encoded["required"] if isinstance(encoded.get("required"), list) else []
        encoded["required"] = [*required, *(name for name in encoded["properties"] if name not in required)]
    if encoded.get("type") == "object" or "properties" in encoded:
        encoded["additionalProperties"] = False
    return encoded


def requires_all(schema: object) -> bool:
    """Return whether every property of every object is required already."""
    if isinstance(schema, list):
        return all(requires_all(each) for each in schema)
    if not isinstance(schema, dict):
        return True
    properties = schema.get("properties")
    required = schema.get("required")
    known = required if isinstance(required, list) else []
    if isinstance(properties, dict) and any(name not in known for name in properties):
        return False
    return all(
        requires_all(list(value.values()) if word in _NAMED and isinstance(value, dict) else value)
        for word, value in schema.items()
    )


def _narrowed(schema: Any) -> Any:  # noqa: ANN401 - JSON
    return narrowed(schema) if isinstance(schema, dict) else schema
