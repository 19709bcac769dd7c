"""Examples of what schemas describe, for bodies and answers that bring none of their own."""

import re
from types import NoneType
from typing import Any

from entrypoints.http.documentation.schemas import Schema, Schemas

DEEPEST = 10

_FORMATS = {
    "uuid": "0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d",
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "uri": "https://api.example.com/v1",
}


_USUAL: dict[str, Any] = {
    "name": "Production",
    "providerType": "openai",
    "endpoint": "https://api.openai.com/v1",
    "apiKey": "sk-example",
    "modelId": "gpt-4.1-mini",
    "providerModelId": "gpt-4.1-mini",
    "version": "2025-04-14",
    "type": "language",
    "capabilities": ["chat", "vision"],
    "costPer1kTokens": 0.0004,
    "inputPer1kTokens": 0.0004,
    "outputPer1kTokens": 0.0016,
    "source": "genai-prices",
    "asOf": "2026-01-31",
    "contextWindow": 1047576,
    "maxTokens": 32768,
    "hint": "\u2026abcd",
    "actor": "7d1f6a52-0a57-4c0b-9b8e-3f0c1d2e4a5b",
    "reason": "Costs less",
    "message": "The provider accepted the key.",
    "category": "ok",
    "nextCursor": None,
    "hasMore": False,
    "revision": 7,
    "limit": 50,
}
"""What fields of these names hold as a rule; used where the schema allows it."""


def example_of(schema: Schema, schemas: Schemas, *, depth: int = 0) -> Any:  # noqa: ANN401 - JSON is any of its types
    """Return a value that the schema allows: its own example where it has one, else one made from its type."""
    schema = schemas.resolved(schema)
    for word in ("example", "const"):
        if word in schema:
            return schema[word]
    if schema.get("default") is not None:
        return schema["default"]
    for word in ("examples", "enum"):
        if schema.get(word):
            return schema[word][0]
    for word in ("oneOf", "anyOf", "allOf"):
        if schema.get(word):
            return example_of(schema[word][0], schemas, depth=depth)
    return _by_type(schema, schemas, depth)


def _by_type(schema: Schema, schemas: Schemas, depth: int) -> Any:  # noqa: ANN401 - JSON is any of its types
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, depth)
        case "array":
            is_empty = depth >= DEEPEST or schema.get("maxItems") == 0
            return [] if is_empty else [example_of(schema.get("items", {}), schemas, depth=depth + 1)]
        case "string":
            return _text(schema)
        case "integer" | "number":
            return max(schema.get("minimum", 0), min(1, schema.get("maximum", 1)))
        case "boolean":
            return True
    return None


def _object(schema: Schema, schemas: Schemas, depth: int) -> dict[str, Any]:
    if depth >= DEEPEST:
        return {}
    required = schema.get("required", [])
    # What need not be sent shows best when it says something.
    shown = {
        name: part
        for name, part in schema.get("properties", {}).items()
        if name in required or part.get("default") is not None or "examples" in part
    }
    shown = shown or dict(list(schema.get("properties", {}).items())[:1])
    return {name: _member(name, part, schemas, depth + 1) for name, part in shown.items()}


def _member(name: str, schema: Schema, schemas: Schemas, depth: int) -> Any:  # noqa: ANN401 - JSON is any of its types
    if name in _USUAL and _is_allowed(_USUAL[name], schema, schemas):
        return _USUAL[name]
    return example_of(schema, schemas, depth=depth)


_TYPES = {"string": str, "number": int | float, "integer": int, "boolean": bool, "array": list, "null": NoneType}


def _is_allowed(value: object, schema: Schema, schemas: Schemas) -> bool:
    """Return whether a usual value fits: by type, choices and pattern, which is all that distinguishes fields here."""
    schema = schemas.resolved(schema)
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        return any(_is_allowed(value, branch, schemas) for branch in branches)
    if value not in schema.get("enum", [value]) or "const" in schema or "examples" in schema or "format" in schema:
        return False
    if isinstance(value, str) and re.search(schema.get("pattern", ""), value) is None:
        return False
    kind = _TYPES.get(schema.get("type", ""))
    return kind is not None and isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _text(schema: Schema) -> str:
    text = _FORMATS.get(schema.get("format", ""), "text")
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 1000)]
