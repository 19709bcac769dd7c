import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from aiohttp import web
from jsonschema_rs import Draft202012Validator, meta
from pydantic import Field

from application.errors import ModelNotFound, StaleRevision
from application.ports.provider_gateway import UpstreamFailure
from entrypoints.http.authorization import Access
from entrypoints.http.documentation.openapi import openapi_document
from entrypoints.http.field_types import Body, Flag, Id, Number, Patch, Time
from entrypoints.http.pagination import Page
from entrypoints.http.routes import Answer, Handler, route
from tests.product_routes import product_document
from tests.schema_validators import Schemas


class Thing(Body):
    """A thing."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    price_per_1k: Annotated[Number | None, Field(ge=0, le=1000, decimal_places=6)] = None
    made_at: Time | None = None
    owner_id: Id | None = None
    kind: Literal["small", "large"] = "small"


class ThingPatch(Patch):
    """What to change."""

    name: Annotated[str, Field(min_length=1)] = ""


class ThingQuery(Page):
    """Which things."""

    enabled: Annotated[Flag | None, Field(description="Only enabled ones.")] = None
    owner_id: Id | None = None


def view(name: str) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        """Do something with a thing

        It takes a while.
        """
        raise NotImplementedError(request)

    handler.__name__ = name
    return handler


ALL = {200: Answer(description="All.", schema=Thing)}

ROUTES = [
    route("GET", "/api/ai/things", view("list_things"), access=Access.VIEWER, query=ThingQuery, answers=ALL),
    route(
        "POST",
        "/api/ai/things",
        view("make_thing"),
        access=Access.ADMIN,
        body=Thing,
        body_example={"name": "mine"},
        problems=(UpstreamFailure,),
    ),
    route(
        "PATCH",
        "/api/ai/things/{thing_id:[^/]+}",
        view("patch_thing"),
        access=Access.EDITOR,
        body=ThingPatch,
        problems=(ModelNotFound, StaleRevision),
    ),
    route("POST", "/api/admin/jobs/{name}", view("start_job"), access=Access.PLATFORM, replayable=False),
    route("GET", "/open", view("look"), access=Access.PUBLIC),
    route("GET", "/hidden", view("hide"), access=Access.PUBLIC, documented=False),
]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(json.dumps(openapi_document(ROUTES, version="1.2.3")))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def product() -> dict[str, Any]:
    return product_document()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def parameters(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {parameter["name"]: parameter for parameter in operation["parameters"]}


@cache
def specification() -> Draft202012Validator:
    """Return the schema of OpenAPI 3.1 itself; it lies in a package the loading and working of which takes seconds."""
    package = find_spec("openapi_spec_validator")
    assert package is not None
    assert package.origin is not None
    schema = Path(package.origin).parent / "resources/schemas/v3.1/schema.json"
    return Draft202012Validator(json.loads(schema.read_text("utf-8")))


def faults_of(document: dict[str, Any]) -> list[str]:
    """Return what the specification says against a document, in its schema and beyond it."""
    faults = [f"{error.instance_path}: {error.message[:300]}" for error in specification().iter_errors(document)]
    for place, part in parts_of(document):
        reference = part.get("$ref")
        if reference is not None and not leads_somewhere(document, reference):
            faults.append(f"{place}: {reference} leads nowhere")
        if "schema" in part and not meta.is_valid(part["schema"]):
            faults.append(f"{place}: no schema")
    faults += [
        f"{name}: no schema" for name, each in document["components"]["schemas"].items() if not meta.is_valid(each)
    ]
    named: list[str] = []
    for method, path, operation in operations(document):
        named.append(operation["operationId"])
        found = [(each["in"], each["name"]) for each in operation["parameters"]]
        if len(found) != len(set(found)):
            faults.append(f"{method} {path}: a parameter twice")
        if {name for place, name in found if place == "path"} != set(re.findall(r"\{(\w+)\}", path)):
            faults.append(f"{method} {path}: other parameters than in the path")
    return faults + [f"{name} twice" for name, number in Counter(named).items() if number > 1]


def leads_somewhere(document: dict[str, Any], reference: str) -> bool:
    try:
        resolved(document, {"$ref": reference})
    except KeyError:
        return False
    return reference.startswith("#/")


def test_the_documents_are_valid_openapi_31(document: dict[str, Any], product: dict[str, Any]) -> None:
    for made in (document, product):
        assert made["openapi"] == "3.1.0"
        assert faults_of(made) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made["info"].pop("title"),
        lambda made: made["paths"]["/open"]["get"].update(responses="none"),
        lambda made: made["paths"]["/open"]["get"].update(
            operationId=made["paths"]["/api/ai/things"]["get"]["operationId"]
        ),
        lambda made: made["paths"]["/open"]["get"]["parameters"].append(
            {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}}
        ),
        lambda made: made["components"]["schemas"].pop("Thing"),
        lambda made: made["components"]["schemas"]["Thing"].update(type="thing"),
    ],
)
def test_a_document_that_is_not_valid_is_noticed(
    document: dict[str, Any], spoil: Callable[[dict[str, Any]], object]
) -> None:
    spoiled = deepcopy(document)
    spoil(spoiled)
    assert len(faults_of(spoiled)) >= 1


def test_what_is_not_documented_is_not_there(document: dict[str, Any]) -> None:
    assert set(document["paths"]) == {"/api/ai/things", "/api/ai/things/{thing_id}", "/api/admin/jobs/{name}", "/open"}


def test_a_docstring_is_the_summary_and_the_description(document: dict[str, Any]) -> None:
    listed = document["paths"]["/api/ai/things"]["get"]
    assert listed["summary"] == "Do something with a thing"
    assert listed["description"] == "It takes a while.\n\nFor viewers, editors and admins of the organization."


def test_access_is_said_in_words_and_as_a_scheme(document: dict[str, Any]) -> None:
    found = {path: (operation["x-access"], operation["security"]) for _, path, operation in operations(document)}
    assert found["/open"] == ("public", [])
    assert found["/api/admin/jobs/{name}"] == ("platform", [{"token": []}])
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_query_parameters_come_from_the_model(document: dict[str, Any]) -> None:
    found = parameters(document["paths"]["/api/ai/things"]["get"])
    assert found["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert found["enabled"] == {
        "name": "enabled",
        "in": "query",
        "required": False,
        "description": "Only enabled ones.",
        "schema": {"type": "boolean"},
    }
    assert found["ownerId"]["schema"] == {"type": "string", "format": "uuid"}
    assert found["organizationId"]["in"] == "query"
    assert "ThingQuery" not in document["components"]["schemas"]


def test_headers_are_parameters_where_they_mean_something(document: dict[str, Any]) -> None:
    paths = document["paths"]
    assert {"Idempotency-Key", "X-Change-Reason"} <= parameters(paths["/api/ai/things"]["post"]).keys()
    assert {"If-Match", "X-Change-Reason"} <= parameters(paths["/api/ai/things/{thing_id}"]["patch"]).keys()
    assert "Idempotency-Key" not in parameters(paths["/api/admin/jobs/{name}"]["post"])
    assert parameters(paths["/open"]["get"]) == {}


def test_ids_in_the_path_are_uuids_and_names_are_not(document: dict[str, Any]) -> None:
    changed = parameters(document["paths"]["/api/ai/things/{thing_id}"]["patch"])
    assert (changed["thing_id"]["required"], changed["thing_id"]["schema"]["format"]) == (True, "uuid")
    assert parameters(document["paths"]["/api/admin/jobs/{name}"]["post"])["name"]["schema"] == {"type": "string"}


def test_schemas_are_in_the_words_of_json_schema(document: dict[str, Any]) -> None:
    thing = document["components"]["schemas"]["Thing"]
    assert thing["properties"]["pricePer1k"] == {"type": "number", "minimum": 0, "maximum": 1000}
    assert thing["properties"]["madeAt"] == {"type": "string", "format": "date-time"}
    assert thing["additionalProperties"] is False
    assert "default" not in document["components"]["schemas"]["ThingPatch"]["properties"]["name"]


def test_each_body_has_an_example(document: dict[str, Any]) -> None:
    made = document["paths"]["/api/ai/things"]["post"]["requestBody"]
    assert made["content"]["application/json"]["example"] == {"name": "mine"}
    patched = document["paths"]["/api/ai/things/{thing_id}"]["patch"]["requestBody"]
    assert list(patched["content"]) == ["application/merge-patch+json", "application/json"]
    assert patched["content"]["application/json"]["example"] == {"name": "Production"}


def test_problems_are_listed_by_status(document: dict[str, Any]) -> None:
    made = document["paths"]["/api/ai/things"]["post"]["responses"]
    refused = {"400", "401", "403", "408", "409", "413", "415", "422", "429", "502", "503", "504"}
    assert {"200", *refused, "default"} == made.keys()
    changed = document["paths"]["/api/ai/things/{thing_id}"]["patch"]["responses"]
    assert "`model-not-found`: Your organization has no such model." in changed["404"]["description"]
    assert "stale-revision" in changed["412"]["content"]["application/problem+json"]["examples"]
    assert document["paths"]["/open"]["get"]["responses"].keys() == {"200", "default"}


def test_every_kind_of_problem_is_explained(document: dict[str, Any]) -> None:
    listed = {problem["code"]: problem for problem in document["x-problems"]}
    assert listed["model-not-found"]["statuses"] == [404]
    assert listed["upstream-failure"]["statuses"] == [502, 503, 504]
    assert listed["internal-error"]["type"] == "/api/docs#problem-internal-error"
    assert all(problem["meaning"] for problem in listed.values())
    assert listed.keys() == document["components"]["examples"].keys()


def test_every_operation_of_the_product_is_described(product: dict[str, Any]) -> None:
    found = list(operations(product))
    assert len(found) > 20
    for method, path, operation in found:
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert not operation["summary"].endswith("."), (method, path)
    names = [operation["operationId"] for _, _, operation in found]
    assert len(names) == len(set(names))


def test_the_examples_of_the_product_are_what_it_describes(product: dict[str, Any]) -> None:
    schemas, checked = Schemas(product), 0
    for place, part in parts_of(product):
        # How a stream reads is checked in test_described_streams.py.
        if "schema" not in part or place.endswith("text/event-stream"):
            continue
        examples = [resolved(product, example)["value"] for example in part.get("examples", {}).values()]
        for example in [*examples, *([part["example"]] if "example" in part else [])]:
            assert schemas.faults(part["schema"], example) == [], place
            checked += 1
    assert checked > 100


def test_the_examples_and_defaults_of_each_schema_fit_it(product: dict[str, Any]) -> None:
    schemas, checked = Schemas(product), 0
    for place, part in parts_of(product):
        if {"type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"} & part.keys():
            for value in [*part.get("examples", []), *([part["default"]] if "default" in part else [])]:
                assert schemas.faults(part, value) == [], place
                checked += 1
    assert checked > 20


def parts_of(part: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401 - any part of it
    """Every object of the document with its place in it, but for what is in examples."""
    if isinstance(part, dict):
        yield place, part
        for name, inner in part.items():
            if name not in {"example", "examples", "default", "const", "enum"} or place.endswith("/responses"):
                yield from parts_of(inner, f"{place}/{name}")
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from parts_of(inner, f"{place}/{number}")


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    for name in part["$ref"].removeprefix("#/").split("/") if "$ref" in part else ():
        document = document[name]
    return document if "$ref" in part else part


def test_no_secret_and_no_place_of_ours_is_in_the_document(product: dict[str, Any]) -> None:
    # The format of a field that nobody is shown is what OpenAPI calls it.
    text = json.dumps(product).lower().replace('"format": "password"', "")
    for word in ("password", "traceback", "localhost", "entrypoints", "noqa"):
        assert word not in text
