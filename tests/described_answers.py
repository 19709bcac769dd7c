"""Answers held against their description, strictly: nothing is missing, and there is nothing that is not described."""

import re
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator

from tests.product_routes import product_document
from tests.schema_validators import Schemas


def as_described(method: str, path: str, status: int, document: Any) -> None:  # noqa: ANN401 - JSON
    """Refuse an answer of one of our routes that is JSON, but not what its description says."""
    validator = None if document is None else _validator(method, path, status)
    if validator is not None:
        errors = [f"{error.instance_path}: {error.message[:300]}" for error in validator.iter_errors(document)]
        assert not errors, f"{method} {path} is not answered as described: {errors}"


def _validator(method: str, path: str, status: int) -> Draft202012Validator | None:
    pattern, described = _described()
    found = pattern.fullmatch(path.partition("?")[0])
    schema = described[found.lastindex - 1].get((method, status)) if found and found.lastindex else None
    return None if schema is None else _compiled(schema)


@cache
def _described() -> tuple[re.Pattern[str], list[dict[tuple[str, int], str]]]:
    """Return a pattern with a group for each path, the fixed ones first, and the schemas of the answers of each."""
    paths = sorted(_document()["paths"].items(), key=lambda entry: "{" in entry[0])
    pattern = "|".join("(" + re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + ")" for path, _ in paths)
    return re.compile(pattern), [
        {
            (method.upper(), int(status)): schema["$ref"]
            for method, operation in operations.items()
            if isinstance(operation, dict)
            for status, answer in operation.get("responses", {}).items()
            if "$ref" in (schema := answer.get("content", {}).get("application/json", {}).get("schema", {}))
        }
        for _, operations in paths
    ]


@cache
def _document() -> dict[str, Any]:
    document = product_document()
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return document


@cache
def _compiled(reference: str) -> Draft202012Validator:
    return _schemas().validator({"$ref": reference})


@cache
def _schemas() -> Schemas:
    return Schemas(_document())
