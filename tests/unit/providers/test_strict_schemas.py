"""Schemas that bind the answers of Claude and of OpenAI's models."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.providers.messages.json_schemas import StrictSchemas, UnfitSchema
from adapters.providers.responses.json_schemas import narrowed, requires_all, unfit_word

TOWN = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
CLOSED = TOWN | {"additionalProperties": False}
OPEN = {"type": "object", "properties": {"a": TOWN, "b": {"type": ["string", "null"]}}}


def test_claude_has_every_object_closed() -> None:
    schema = {"type": "array", "items": {"oneOf": [TOWN, {"$ref": "#/$defs/town"}]}, "$defs": {"town": TOWN}}
    assert StrictSchemas().bound(schema) == {
        "type": "array",
        "items": {"anyOf": [CLOSED, {"$ref": "#/$defs/town"}]},
        "$defs": {"town": CLOSED},
    }


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"type": "string", "minLength": 1}, "minLength"),
        ({"type": "array", "items": {"type": "integer", "maximum": 5}}, "maximum"),
        ({"type": "array", "minItems": 2}, "minItems"),
        ({"type": "string", "format": "binary"}, "format"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "additionalProperties"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}, r"\$ref"),
        ({"$ref": "https://a.example/schema"}, r"\$ref"),
        ({"type": "object", "properties": {f"p{n}": {"type": "null"} for n in range(25)}}, "optional"),
        ({"anyOf": [{"anyOf": [{"type": ["null", "string"]}]}] * 9}, "optional"),
    ],
)
def test_what_claude_cannot_be_bound_by(schema: dict[str, Any], word: str) -> None:
    with pytest.raises(UnfitSchema, match=word):
        StrictSchemas().bound(schema)


def test_bounds_that_bind_nothing_are_left_out_for_claude() -> None:
    # Zod writes them of every whole number.
    whole = {"type": "integer", "minimum": -9007199254740991, "maximum": 9007199254740991}
    assert StrictSchemas().bound({"type": "array", "items": whole}) == {"type": "array", "items": {"type": "integer"}}


def test_the_schemas_of_one_request_count_together() -> None:
    half = {"type": "object", "properties": {f"p{n}": {"type": "null"} for n in range(20)}}
    schemas = StrictSchemas()
    schemas.bound(half)
    with pytest.raises(UnfitSchema):
        schemas.bound(half)
    assert schemas.bound(TOWN) == CLOSED


def test_openai_has_every_object_closed_and_every_property_required() -> None:
    assert narrowed(OPEN) == {
        "type": "object",
        "properties": {"a": CLOSED, "b": {"type": ["string", "null"]}},
        "required": ["a", "b"],
        "additionalProperties": False,
    }
    assert not requires_all(OPEN)
    assert requires_all(narrowed(OPEN))


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        (OPEN, None),
        ({"type": "object", "properties": {"not": {"type": "string"}}}, None),
        ({"type": "array", "items": {"uniqueItems": True}}, "uniqueItems"),
        ({"anyOf": [{"additionalProperties": True}]}, "additionalProperties"),
        ({"$defs": {"a": {"patternProperties": {}}}}, "patternProperties"),
    ],
)
def test_what_openai_cannot_be_bound_by(schema: dict[str, Any], word: str | None) -> None:
    assert unfit_word(schema) == word


_words = st.sampled_from(
    ["type", "properties", "required", "items", "anyOf", "$ref", "$defs", "format", "minItems", "additionalProperties"]
)
_anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["object", "#/$defs/a", "a"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.one_of(_words, st.just("a")), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(_words, _anything))
def test_a_schema_that_makes_no_sense_does_no_harm(schema: dict[str, Any]) -> None:
    with suppress(UnfitSchema):
        assert isinstance(StrictSchemas().bound(schema), dict)
    assert isinstance(narrowed(schema), dict)
    assert unfit_word(schema) in {None, *schema, "additionalProperties"} or unfit_word(schema)
    assert requires_all(schema) in {True, False}
