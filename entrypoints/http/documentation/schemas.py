"""Builds the schemas of the documentation from the pydantic models of bodies, queries and answers."""

from collections.abc import Sequence
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core import core_schema

from application.policies.change_reasons import LONGEST_REASON
from entrypoints.http.answers.problems import WITH_MEMBERS, ProblemDetails
from entrypoints.http.change_reasons import MEMBER
from entrypoints.http.routes import Route

Schema = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"

# What pydantic leaves in its own words where a validator of ours runs first.
_KEYWORDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_WITHOUT_KEYWORD = frozenset({"decimal_places", "max_digits"})
_NAMED_SCHEMAS = frozenset({"properties", "$defs", "patternProperties"})

_REASON: Schema = {
    "anyOf": [{"type": "string", "minLength": 1, "maxLength": LONGEST_REASON}, {"type": "null"}],
    "description": "Why, in any language. It is kept with the events for ever, also when the organization is removed: "
    "name tickets, not people. E-mail addresses and keys are refused.",
}


class _Plain(GenerateJsonSchema):
    """Leaves out the titles of fields, which only repeat their names, and defaults of None, which are no values."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Schema:
        described = super().default_schema(schema)
        return {word: part for word, part in described.items() if (word, part) != ("default", None)}

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - no field gets one
        return False


class Schemas:
    """The schemas of all models that the routes name, under names that do not collide."""

    def __init__(self, routes: Sequence[Route]) -> None:
        pairs = sorted(set(_models(routes)), key=lambda pair: (pair[0].__module__, pair[0].__qualname__, pair[1]))
        references, document = models_json_schema(pairs, ref_template=REFERENCE, schema_generator=_Plain)
        self._references = references
        self.components: dict[str, Schema] = plain(document).get("$defs", {})
        for route in routes:
            if route.takes_reason and route.body is not None:
                self.resolved(self.of_body(route.body)).setdefault("properties", {}).setdefault(MEMBER, dict(_REASON))

    def of_body(self, model: type[BaseModel]) -> Schema:
        """Return the reference to what a body holds."""
        return dict(self._references[model, "validation"])

    def of_answer(self, schema: type[BaseModel] | object) -> Schema:
        """Return the reference to what an answer holds, or the schema itself where it is written out."""
        if isinstance(schema, type) and issubclass(schema, BaseModel):
            return dict(self._references[schema, "serialization"])
        return dict(schema) if isinstance(schema, dict) else {}

    def of_query(self, model: type[BaseModel]) -> list[tuple[str, Schema, bool]]:
        """Return each parameter's name, schema, and whether it is required."""
        described = self.resolved(self.of_body(model))
        required = described.get("required", [])
        return [(name, schema, name in required) for name, schema in described["properties"].items()]

    def resolved(self, schema: Schema) -> Schema:
        """Return what a schema refers to, or the schema itself."""
        reference = schema.get("$ref")
        return self.components[reference.rpartition("/")[2]] if isinstance(reference, str) else schema

    def without(self, models: Sequence[type[BaseModel]]) -> dict[str, Schema]:
        """Return all schemas but those of these models, which are written out elsewhere."""
        left_out = {self.of_body(model)["$ref"].rpartition("/")[2] for model in models}
        return {name: _optional(schema) for name, schema in self.components.items() if name not in left_out}


def _models(routes: Sequence[Route]) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    found: list[tuple[type[BaseModel], JsonSchemaMode]] = [(ProblemDetails, "serialization")]
    found += [(kind, "serialization") for kind in WITH_MEMBERS]
    for route in routes:
        found += [(model, "validation") for model in (route.body, route.query) if model is not None]
        for answer in route.answers.values():
            models = (answer.schema, *(event.schema for event in answer.events))
            found += [(schema, "serialization") for schema in models if isinstance(schema, type)]
    return found


def _optional(schema: Schema) -> Schema:
    """Return the schema with its defaults in words.

    Makers of clients take a field with the keyword `default` for one that is always there, which it need not be in a
    request.
    """
    if "properties" not in schema:
        return schema
    return {**schema, "properties": {name: _default_in_words(part) for name, part in schema["properties"].items()}}


def _default_in_words(schema: Schema) -> Schema:
    if "default" not in schema:
        return schema
    kept = {word: part for word, part in schema.items() if word != "default"}
    words = f"Default: `{orjson.dumps(schema['default']).decode()}`."
    return {**kept, "description": " ".join(filter(None, [schema.get("description"), words]))}


def plain(schema: Any, *, holds_names: bool = False) -> Any:  # noqa: ANN401 - JSON is any of its types
    """Return the schema in the words of JSON Schema alone."""
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if holds_names:
        return {name: plain(part) for name, part in schema.items()}
    return {
        _KEYWORDS.get(word, word): part
        if word in {"default", "example", "examples", "enum", "const"}
        else plain(part, holds_names=word in _NAMED_SCHEMAS)
        for word, part in schema.items()
        if word not in _WITHOUT_KEYWORD
    }
