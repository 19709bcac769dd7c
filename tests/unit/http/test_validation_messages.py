"""In which words a body is refused: as a person would say it, with the place, and without what was sent."""

from typing import Any

import pytest
from pydantic import BaseModel

from entrypoints.http.bodies.models import BulkOperations, NewModel
from entrypoints.http.bodies.providers import ModelsToImport, NewProvider, ProviderListQuery
from entrypoints.http.parse_request import validated
from entrypoints.http.request_errors import InvalidRequest

MODEL = {"providerId": "0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d", "modelId": "m"}


@pytest.mark.parametrize(
    ("model", "document", "errors"),
    [
        (BulkOperations, [], {"": "should be an object"}),
        (BulkOperations, {"operations": {}}, {"/operations": "should be an array"}),
        (BulkOperations, {"operations": []}, {"/operations": "should have at least 1 item"}),
        (BulkOperations, {"operations": [{}] * 1001}, {"/operations": "should have at most 1000 items"}),
        (BulkOperations, {"operations": [7]}, {"/operations/0": "should be an object"}),
        (BulkOperations, {"operations": [{}]}, {"/operations/0": "needs 'op'"}),
        (
            BulkOperations,
            {"operations": [{"op": "sk-secret"}]},
            {"/operations/0": "needs 'op' of 'create', 'update', 'enable', 'disable', 'delete'"},
        ),
        (ModelsToImport, {"modelIds": "some"}, {"/modelIds": "should be an array or should be 'all'"}),
        (
            NewProvider,
            {"name": 3, "providerType": "", "settings": [], "isEnabled": "yes", "more": 1},
            {
                "/name": "should be text",
                "/providerType": "should have at least 1 character",
                "/settings": "should be an object",
                "/isEnabled": "should be true or false",
                "/more": "is not known here",
            },
        ),
        (NewModel, MODEL | {"maxTokens": "4k"}, {"/maxTokens": "should be a whole number"}),
        (NewModel, MODEL | {"maxTokens": 0}, {"/maxTokens": "should be greater than or equal to 1"}),
        (NewModel, MODEL | {"costPer1kTokens": "free"}, {"/costPer1kTokens": "should be a number"}),
    ],
)
def test_a_refusal_reads_like_a_sentence(
    model: type[BaseModel], document: dict[str, Any], errors: dict[str, str]
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        validated(model, document)
    assert {error.pointer: error.message for error in refused.value.errors} == errors


def test_a_parameter_is_named_as_it_was_sent() -> None:
    with pytest.raises(InvalidRequest) as refused:
        validated(ProviderListQuery, {"limit": "201"}, prefix="?")
    assert refused.value.detail == "The query is not allowed: ?limit should be less than or equal to 200."
