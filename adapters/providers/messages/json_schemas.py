"""JSON Schemas by which Claude's answers and the arguments of its calls can be bound.

Source: platform.claude.com/docs/en/build-with-claude/structured-outputs, "JSON Schema limitations"; the SDK's own
`transform_schema` agrees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.providers.json_values import mapping

_PLAIN: Final = frozenset(
    {"type", "description", "title", "enum", "const", "required", "default", "$ref", "pattern", "examples", "$schema"}
)
_NAMED: Final = frozenset({"properties", "$defs", "definitions"})
_FORMATS: Final = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}
)
MOST_STRICT_TOOLS: Final = 20
_MOST_OPTIONAL: Final = 24
# Zod writes these bounds of every whole number: beyond them JavaScript, and JSON by RFC 8259, is not exact anyway.
_LARGEST_EXACT: Final = 2**53 - 1
_MOST_UNIONS: Final = 16


class UnfitSchema(ValueError):
    """The schema has a keyword that Claude's answers cannot be constrained by; the text names it."""


@dataclass(slots=True)
class StrictSchemas:
    """The schemas of one request, which together may only be so large."""

    optional: int = 0
    unions: int = 0
    tools: int = 0

    def bound(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schema with every object closed.

        Raises:
            UnfitSchema: it does not fit, by itself or together with those before it.
        """
        _check_references(schema)
        together = StrictSchemas(optional=self.optional, unions=self.unions)
        encoded = together._closed(schema)
        if together.optional > _MOST_OPTIONAL or together.unions > _MOST_UNIONS:
            message = "so many optional parts"
            raise UnfitSchema(message)
        self.optional, self.unions = together.optional, together.unions
        return encoded

    def _closed(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        encoded: dict[str, Any] = {}
        for word, value in schema.items():
            if word in _PLAIN:
                encoded[word] = value
            elif word in _NAMED and isinstance(value, dict):
                encoded[word] = {name: self._part(each, word) for name, each in value.items()}
            elif word in {"anyOf", "oneOf", "allOf"} and isinstance(value, list):
                self.unions += word != "allOf"
                encoded["anyOf" if word == "oneOf" else word] = [self._part(each, word) for each in value]
            elif word == "items":
                encoded[word] = self._part(value, word)
            elif _binds_nothing(word, value):
                continue
            elif not _is_fit(word, value):
                raise UnfitSchema(word)
            else:
                encoded[word] = value
        if isinstance(schema.get("type"), list):
            self.unions += 1
        if schema.get("type") == "object" or "properties" in schema:
            encoded["additionalProperties"] = False
            required = schema.get("required")
            required = required if isinstance(required, list) else []
            self.optional += sum(name not in required for name in mapping(schema.get("properties")))
        return encoded

    def _part(self, schema: object, word: str) -> dict[str, Any]:
        if not isinstance(schema, dict):
            raise UnfitSchema(word)
        return self._closed(schema)


def _binds_nothing(word: str, value: object) -> bool:
    match word, value:
        case "minimum", int():
            return value <= -_LARGEST_EXACT
        case "maximum", int():
            return value >= _LARGEST_EXACT
    return False


def _is_fit(word: str, value: object) -> bool:
    match word:
        case "additionalProperties":
            return value is False
        case "format":
            return isinstance(value, str) and value in _FORMATS
        case "minItems":
            return isinstance(value, int) and value in {0, 1}
        case _:
            return False


def _check_references(schema: Mapping[str, Any]) -> None:
    """Refuse schemas that lead outside themselves or into a circle."""
    definitions: dict[str, Any] = {
        f"#/{word}/{name}": each
        for word in ("$defs", "definitions")
        for name, each in mapping(schema.get(word)).items()
    }
    success: set[str] = set()

    def follow(place: object, path: frozenset[str]) -> None:
        if isinstance(place, list):
            for each in place:
                follow(each, path)
        elif isinstance(place, dict):
            target = place.get("$ref")
            if isinstance(target, str) and target not in success:
                if target in path or target not in definitions:
                    message = "$ref"
                    raise UnfitSchema(message)
                follow(definitions[target], path | {target})
                success.add(target)
            for word, each in place.items():
                if word not in {"$defs", "definitions"}:
                    follow(each, path)

    follow(dict(schema), frozenset())
