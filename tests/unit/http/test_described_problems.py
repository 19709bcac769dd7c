"""Each kind of problem is described with the members that it really has, and identified by its code."""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from application.bounds.rate_limits import Quota
from application.errors import (
    ApplicationError,
    BulkRefused,
    ModelNotFound,
    ProviderHasModels,
    RateLimited,
    StaleRevision,
)
from application.ports.provider_gateway import CallOutcome, ContextUse, UpstreamFailure
from application.prompts.prompt_errors import ModelOutOfUse, NoModelFits, PromptFailed
from application.prompts.selection_candidates import Selection
from entrypoints.http.documentation.problems import catalogue_of, sentence_of
from entrypoints.http.errors import INTERNAL_ERROR, problem_for
from entrypoints.http.json_responses import json_bytes
from entrypoints.http.problems import problem_document
from entrypoints.http.request_errors import ConditionFailed, ContentTooLarge, MalformedJson, Refused
from entrypoints.http.transport import HEADERS_TOO_LARGE, MALFORMED
from tests.product_routes import product_document, product_routes
from tests.schema_validators import Schemas

_FAILURE = CallOutcome("overloaded", "The provider is overloaded.", hint="Wait.", http_status=503)

REFUSALS: list[ApplicationError | Refused] = [
    ModelNotFound(),
    ProviderHasModels([(uuid4(), "gpt-4o", "Ours")]),
    StaleRevision(7),
    ConditionFailed(),
    BulkRefused([(3, ModelNotFound())]),
    RateLimited(Quota(name="tests", what="tests", requests=60, seconds=60), 12),
    UpstreamFailure(_FAILURE),
    UpstreamFailure(replace(_FAILURE, category="context_length_exceeded", context=ContextUse(used=9000))),
    PromptFailed(_FAILURE, []),
    NoModelFits(Selection(())),
    ModelOutOfUse(Selection(())),
    MalformedJson(),
    MalformedJson(members={"line": 1, "column": 2}),
    ContentTooLarge(members={"largestBody": 10}),
]


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    return product_document()["components"]["schemas"]  # type: ignore[no-any-return]


def described_as(document: object, schemas: dict[str, Any]) -> list[str]:
    """Return by which of the schemas of problems the document is described."""
    described = Schemas({"components": {"schemas": schemas}})
    branches = schemas["Problem"]["anyOf"]
    return [branch["$ref"].rpartition("/")[2] for branch in branches if described.validator(branch).is_valid(document)]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
def test_what_is_answered_is_what_is_described(schemas: dict[str, Any], refusal: ApplicationError | Refused) -> None:
    problem = problem_for(refusal)
    assert problem is not None
    document = json.loads(json_bytes(problem_document(problem, instance="/api/ai/models", request_id="1")))
    (name,) = described_as(document, schemas)
    shown = {*schemas[name].get("properties", {}), *schemas["ProblemDetails"]["properties"], "code"}
    assert document.keys() <= shown


@pytest.mark.parametrize("problem", [INTERNAL_ERROR, MALFORMED, HEADERS_TOO_LARGE], ids=lambda problem: problem.code)
def test_problems_of_no_route_are_described_too(schemas: dict[str, Any], problem: Any) -> None:  # noqa: ANN401
    document = problem_document(problem, instance="/", request_id="1")
    kind = "InternalErrorProblem" if problem is INTERNAL_ERROR else "SimpleProblem"
    assert described_as(document, schemas) == [kind]


@pytest.mark.parametrize("kind", [StaleRevision, PromptFailed])
def test_of_two_kinds_with_one_code_always_the_same_is_described(kind: type[ApplicationError]) -> None:
    meanings = {listed["code"]: listed["meaning"] for listed in catalogue_of(product_routes())}
    assert meanings[kind.code] == sentence_of(kind)
