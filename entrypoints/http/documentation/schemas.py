"""From the pydantic models of bodies, queries and answers to the schemas of the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic.json_schema import JsonSchemaMode

    from entrypoints.http.routes import Route

Schema = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"

# What pydantic leaves in its own words where a validator of ours runs first.
_KEYWORDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_WITHOUT_KEYWORD = frozenset({"decimal_places", "max_digits"})
_NAMED_SCHEMAS = frozenset({"properties", "$defs", "patternProperties"})


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles of fields, which only repeat their names."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - no field gets one
        return False


class Schemas:
    """The schemas of all models that the routes name, under names that do not collide."""

    def __init__(self, routes: Sequence[Route]) -> None:
        pairs = sorted(set(_models(routes)), key=lambda pair: (pair[0].__module__, pair[0].__qualname__, pair[1]))
        references, document = models_json_schema(pairs, ref_template=REFERENCE, schema_generator=_Untitled)
        self._references = references
        self.components: dict[str, Schema] = plain(document).get("$defs", {})

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
        return [(name, _given(schema), name in required) for name, schema in described["properties"].items()]

    def resolved(self, schema: Schema) -> Schema:
        """Return what a schema refers to, or the schema itself."""
        reference = schema.get("$ref")
        return self.components[reference.rpartition("/")[2]] if isinstance(reference, str) else schema

    def without(self, models: Sequence[type[BaseModel]]) -> dict[str, Schema]:
        """Return all schemas but those of these models, which are written out elsewhere."""
        left_out = {self.of_body(model)["$ref"].rpartition("/")[2] for model in models}
        return {name: schema for name, schema in self.components.items() if name not in left_out}


def _models(routes: Sequence[Route]) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    found: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    for route in routes:
        found += [(model, "validation") for model in (route.body, route.query) if model is not None]
        for answer in route.answers.values():
            told = (answer.schema, *(event.schema for event in answer.events))
            found += [(schema, "serialization") for schema in told if isinstance(schema, type)]
    return found


def _given(schema: Schema) -> Schema:
    """Return the schema of a parameter that is given: null is how its absence is spelled in Python."""
    branches = [branch for branch in schema.get("anyOf", []) if branch != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name != "anyOf" and (name, value) != ("default", None)}
    return {**kept, **branches[0]} if len(branches) == 1 else schema


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
