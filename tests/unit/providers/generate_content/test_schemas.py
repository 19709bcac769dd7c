"""JSON Schemas in the words that Google takes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.providers.generate_content.json_schemas import google_schema

# As google-genai documents `response_json_schema`.
KNOWN = {
    "$defs", "$ref", "type", "format", "description", "enum", "items", "prefixItems", "minItems", "maxItems",
    "minimum", "maximum", "anyOf", "properties", "additionalProperties", "required",
}  # fmt: skip


def test_one_word_that_google_does_not_know_does_not_fail_every_call() -> None:
    """Trap 21."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Search",
        "type": "object",
        "properties": {
            "title": {"type": "string", "title": "Title", "format": "uri", "pattern": "^a"},
            "tags": {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True},
            "kind": {"const": "town"},
            "count": {"type": "integer", "exclusiveMinimum": 0, "multipleOf": 5},
            "day": {"type": "string", "format": "date"},
        },
        "required": ["title"],
        "additionalProperties": False,
    }
    assert google_schema(schema) == {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "kind": {"enum": ["town"]},
            "count": {"type": "integer", "minimum": 0},
            "day": {"type": "string", "format": "date"},
        },
        "required": ["title"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"oneOf": [{"type": "string"}, {"const": 1}]}, {"anyOf": [{"type": "string"}, {"enum": [1]}]}),
        ({"allOf": [{"$ref": "#/definitions/a"}], "description": "x"}, {"$ref": "#/$defs/a"}),
        (
            {
                "allOf": [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"b": {}}, "required": ["b"]}],
                "type": "object",
            },
            {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a", "b"]},
        ),
        (
            {"$ref": "#/$defs/a", "title": "x", "$defs": {"a": {"title": "y"}}},
            {"$ref": "#/$defs/a", "$defs": {"a": {}}},
        ),
        ({"definitions": {"a": {"type": "null"}}}, {"$defs": {"a": {"type": "null"}}}),
        ({"type": ["string", "null"], "enum": ["a", None]}, {"type": ["string", "null"], "enum": ["a", None]}),
    ],
)
def test_what_google_says_otherwise(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    assert google_schema(schema) == expected


_words = st.sampled_from([*sorted(KNOWN), "title", "not", "uniqueItems", "if", "patternProperties", "oneOf", "allOf"])
_schemas = st.recursive(
    st.dictionaries(_words, st.one_of(st.text(max_size=3), st.integers(), st.booleans(), st.none())),
    lambda inner: st.dictionaries(
        _words, st.one_of(inner, st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=2), inner, max_size=2))
    ),
    max_leaves=6,
)


def _unknown(schema: object) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    found = schema.keys() - KNOWN
    for word, value in schema.items():
        inner = value.values() if word in {"properties", "$defs"} and isinstance(value, dict) else [value]
        for each in inner if word not in {"anyOf", "prefixItems"} or not isinstance(value, list) else value:
            if word in {"properties", "$defs", "items", "anyOf", "prefixItems", "additionalProperties"}:
                found |= _unknown(each)
    return found


@given(_schemas)
def test_nothing_that_google_does_not_know_is_left_at_any_depth(schema: dict[str, Any]) -> None:
    assert _unknown(google_schema(schema)) == set()
