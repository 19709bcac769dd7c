"""Deterministic, minimal instances of JSON Schemas."""

from collections.abc import Mapping
from typing import Final

from sandbox.json_fields import list_at, object_at, text_at

#: A schema that refers to itself is followed this far.
_DEEPEST: Final = 12
_FORMATS: Final = {
    "date": "2026-11-28",
    "date-time": "2026-11-28T12:00:00Z",
    "time": "12:00:00Z",
    "email": "sample@example.com",
    "uri": "https://example.com/",
    "uuid": "5a9db0c5-0000-4000-8000-000000000001",
}


def schema_instance(schema: Mapping[str, object], root: Mapping[str, object] | None = None, depth: int = 0) -> object:
    """Return an instance of the schema. The first of several possibilities is taken."""
    root = schema if root is None else root
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    if list_at(schema, "enum"):
        return list_at(schema, "enum")[0]
    for name in ("anyOf", "oneOf", "allOf"):
        branches = [branch for branch in list_at(schema, name) if isinstance(branch, dict)]
        if branches:
            return schema_instance(branches[-1 if depth > _DEEPEST else 0], root, depth + 1)
    kind = _kind(schema)
    if kind == "object":
        return _object(schema, root, depth)
    if kind == "array":
        return _array(schema, root, depth)
    return _scalar(schema, kind)


def _object(schema: Mapping[str, object], root: Mapping[str, object], depth: int) -> dict[str, object]:
    properties = object_at(schema, "properties")
    required = [str(name) for name in list_at(schema, "required")]
    names = required if required or depth > _DEEPEST else list(properties)
    return {name: schema_instance(object_at(properties, name), root, depth + 1) for name in names}


def _array(schema: Mapping[str, object], root: Mapping[str, object], depth: int) -> list[object]:
    least = schema.get("minItems", 0 if depth > _DEEPEST else 1)
    prefix = [item for item in list_at(schema, "prefixItems") if isinstance(item, dict)]
    items: list[Mapping[str, object]] = [*prefix] or [object_at(schema, "items")] * int(str(least))
    return [schema_instance(item, root, depth + 1) for item in items]


def _scalar(schema: Mapping[str, object], kind: str) -> object:
    if kind in {"integer", "number"}:
        return _number(schema)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    text = _FORMATS.get(text_at(schema, "format"), "sample")
    least, most = schema.get("minLength"), schema.get("maxLength")
    text = text.ljust(least, "x") if isinstance(least, int) else text
    return text[:most] if isinstance(most, int) else text


def _number(schema: Mapping[str, object]) -> int | float:
    for name, step in (("minimum", 0), ("exclusiveMinimum", 1), ("maximum", 0), ("exclusiveMaximum", -1)):
        bound = schema.get(name)
        if isinstance(bound, int | float):
            return bound + step
    multiple = schema.get("multipleOf", 1)
    return multiple if isinstance(multiple, int | float) else 1


def _kind(schema: Mapping[str, object]) -> str:
    """The JSON type, in lower case; Google writes it in upper case."""
    kinds = [str(kind) for kind in list_at(schema, "type")] or [text_at(schema, "type")]
    named = next((kind.lower() for kind in kinds if kind.lower() != "null"), kinds[0].lower())
    return named or ("object" if "properties" in schema else "array" if "items" in schema else "string")


def _resolved(schema: Mapping[str, object], root: Mapping[str, object]) -> Mapping[str, object]:
    """The schema that a local `$ref` names, if it is one."""
    reference = text_at(schema, "$ref")
    if not reference.startswith("#"):
        return schema
    found = root
    for name in reference.removeprefix("#").split("/")[1:]:
        found = object_at(found, name)
    return found
