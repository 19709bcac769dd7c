"""What may be left out, and what may be null, in the schemas of the product."""

import json
from typing import Any

import pytest

from tests.product_routes import product_document


@pytest.fixture(scope="module")
def product() -> dict[str, Any]:
    return product_document()


def test_what_may_be_left_out_is_neither_null_nor_taken_for_given(product: dict[str, Any]) -> None:
    assert '"default": null' not in json.dumps(product)
    schemas = product["components"]["schemas"]
    # Makers of clients take a field with this keyword for one that is always there.
    fields = [part for schema in schemas.values() for part in schema.get("properties", {}).values()]
    assert [field for field in fields if "default" in field] == []
    created = schemas["NewProvider"]
    assert created["required"] == ["name", "providerType"]
    assert created["properties"]["apiKey"]["type"] == "string"
    assert created["properties"]["isEnabled"]["description"] == "Default: `true`."


def test_null_is_allowed_where_it_says_something(product: dict[str, Any]) -> None:
    schemas = product["components"]["schemas"]
    null = {"type": "null"}
    for name, field in [("ProviderReplacement", "apiKey"), ("ModelPatch", "maxTokens"), ("ChatChunk", "usage")]:
        assert null in schemas[name]["properties"][field]["anyOf"], (name, field)
        assert field not in schemas[name].get("required", []), (name, field)
    assert null in schemas["Provider"]["properties"]["apiKey"]["anyOf"]
    assert "apiKey" in schemas["Provider"]["required"]
    assert schemas["Pagination"]["properties"]["total"] == {"type": "integer"}
