"""Answers held against their description, strictly: nothing is missing, and there is nothing that is not described."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from entrypoints.http.documentation.openapi import openapi_document
from tests.product_routes import product_routes

# Checking takes some milliseconds a kilobyte.
_LARGEST = 200_000


def as_described(method: str, path: str, status: int, text: str | bytes, document: Any) -> None:  # noqa: ANN401 - JSON
    """Refuse an answer of one of our routes that is JSON, but not what its description says."""
    validator = None if document is None or len(text) > _LARGEST else _validator(method, path, status)
    if validator is not None:
        errors = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(document)]
        assert not errors, f"{method} {path} is not answered as described: {errors}"


def _validator(method: str, path: str, status: int) -> Draft202012Validator | None:
    for pattern, described in _described():
        if pattern.fullmatch(path.partition("?")[0]):
            schema = described.get((method, status))
            return None if schema is None else _compiled(schema)
    return None


@cache
def _described() -> list[tuple[re.Pattern[str], dict[tuple[str, int], str]]]:
    """Return a pattern for each path, the fixed ones first, with the schema of each of its answers."""
    paths = _document()["paths"]
    return [
        (
            re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))),
            {
                (method.upper(), int(status)): schema["$ref"]
                for method, operation in operations.items()
                if isinstance(operation, dict)
                for status, answer in operation.get("responses", {}).items()
                if "$ref" in (schema := answer.get("content", {}).get("application/json", {}).get("schema", {}))
            },
        )
        for path, operations in sorted(paths.items(), key=lambda entry: "{" in entry[0])
    ]


@cache
def _document() -> dict[str, Any]:
    document = openapi_document(product_routes(), version="1")
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return document


@cache
def _compiled(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference, "components": _document()["components"]})
