"""Examples of what schemas describe, for bodies and answers that bring none of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrypoints.http.documentation.schemas import Schema, Schemas

DEEPEST = 6

_FORMATS = {
    "uuid": "0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d",
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "uri": "https://api.example.com/v1",
}


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
    return {name: example_of(part, schemas, depth=depth + 1) for name, part in shown.items()}


def _text(schema: Schema) -> str:
    text = _FORMATS.get(schema.get("format", ""), "text")
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 1000)]
