"""No text of a request brings a key into the log: every writable one of the OpenAPI document is tried."""

import secrets
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from domain.key_patterns import KEY_IN_TEXT
from entrypoints.http.authorization import Role
from tests.databases import Database
from tests.e2e.api_client import AUDIT, BULK, MODELS, PROVIDERS, Api, Document, a_model, a_provider, a_token, path_of
from tests.e2e.running_service import service_on
from tests.e2e.test_secrets import stored
from tests.product_routes import product_routes

Place = tuple[str | int, ...]

UNRECORDED = {
    "countMessageTokens",
    "createChatCompletion",
    "createEmbedding",
    "createMessage",
    "createResponse",
    "embed",
    "generate",
    "selectModel",
    "testConnection",
}
"""What they are sent is never recorded."""
OWN_ACCOUNT = "/auth/"
KNOWN = f"sk-proj-{secrets.token_hex(24)}"
OWN = f"Own/Canary+{secrets.token_urlsafe(24)}=="
PLAIN = f"Own-{secrets.token_hex(20)}"
CANARIES = (KNOWN, OWN, PLAIN)


def encoded(key: str, form: str) -> str:
    return "".join(form.format(byte) for byte in key.encode())


def spellings(key: str) -> list[str]:
    return [key, f"my key is {key}!", quote(key, safe=""), encoded(key, "%{:02x}"), encoded(key, "%{:02X}")]


def texts(document: Document, schema: Document, place: Place = ()) -> Iterator[Place]:
    """Yield where a schema takes text; a free object is tried in the value, deep in it, and in the name of a member."""
    if "$ref" in schema:
        yield from texts(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], place)
        return
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from texts(document, branch, place)
    if schema.get("writeOnly"):
        return
    if "string" in schema.get("type", ()) or "enum" in schema or "const" in schema:
        yield place
    for name, member in schema.get("properties", {}).items():
        yield from texts(document, member, (*place, name))
    if schema.get("type") == "object" and schema.get("additionalProperties", True) is not False and place:
        yield from ((*place, "note"), (*place, "a/b", 0, "~c"))
    if "items" in schema:
        yield from texts(document, schema["items"], (*place, 0))


def nested(place: Place, text: str) -> Any:  # noqa: ANN401 - JSON
    if not place:
        return text
    step, *rest = place
    inner = nested(tuple(rest), text)
    return [inner] if isinstance(step, int) else {step: inner}


def pointer(place: Place) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)


def operations(document: Document) -> Iterator[tuple[str, str, str, Document]]:
    for path, methods in document["paths"].items():
        if path.startswith(OWN_ACCOUNT):
            continue
        for method, operation in methods.items():
            if method in {"post", "put", "patch", "delete"} and operation["operationId"] not in UNRECORDED - {
                "testConnection"
            }:
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    yield (
                        method.upper(),
                        path.replace("{id}", str(uuid4())),
                        operation["operationId"],
                        content["schema"],
                    )


def test_only_prompts_and_questions_are_not_recorded() -> None:
    unrecorded = [route for route in product_routes() if route.changes_nothing]
    # What people say about themselves is kept beside the log, where it can be erased.
    assert {route.operation_id for route in unrecorded if not route.path.startswith(OWN_ACCOUNT)} == UNRECORDED


@pytest.fixture
def own_service(database: Database, session: ClientSession) -> Iterator[Api]:
    """Give a service that logs everything."""
    with service_on(database, log_level="debug") as service:
        organization_id = uuid4()
        token = a_token(organization_id, Role.ADMIN, is_platform_admin=True)
        yield Api(session, service.url, organization_id, token)


async def test_no_writable_text_takes_a_key(
    own_service: Api, database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    api, tried = own_service, set()
    document = await api.get("/api/docs/openapi.json")
    # Each place is tried with the key as it is, and with one of its other spellings.
    other = cycle(range(1, len(spellings(KNOWN))))
    for method, path, name, schema in operations(document):
        path = path.replace("{name}", "ai_models")  # noqa: PLW2901 - the one part of a path that is no id
        for place in dict.fromkeys(texts(document, schema)):
            tried.add((name, pointer(place)))
            for own_key in (None, OWN) if place[:1] != ("operations",) else (None,):
                written = spellings(own_key or KNOWN)
                for text in (written[0], written[next(other)]):
                    body = nested(place, text) | ({} if own_key is None else {"apiKey": own_key})
                    reply = await api.ask(method, path, body, headers={"Idempotency-Key": str(uuid4())})
                    assert reply.status == 422, (name, place, reply.text)
                    assert reply.document["errors"] == [{"pointer": pointer(place), "message": KEY_IN_TEXT}], (
                        name,
                        place,
                    )
                    assert text not in reply.text
    assert {
        ("registerProvider", "/name"),
        ("registerProvider", "/settings/a~1b/0/~0c"),
        ("patchProvider", "/endpoint"),
        ("registerModel", "/config/metadata/note"),
        ("changeModelsInBulk", "/operations/0/name"),
        ("changeModelsInBulk", "/operations/0/id"),
        ("importOfferedModels", "/modelIds/0"),
        ("nameOrganization", "/name"),
    } <= tried, tried
    assert await api.rows(AUDIT) == []
    await nowhere(api, database, capfd)


def misplaced(provider: Document, model: Document) -> Iterator[tuple[str, str, Document, dict[str, str], str]]:
    """Yield requests, each with a key where none belongs, and the pointer to it."""
    yield from (
        ("POST", PROVIDERS, a_provider(name=OWN, apiKey=OWN), {}, "/name"),
        (
            "POST",
            PROVIDERS,
            a_provider(endpoint=f"https://api.openai.com/{quote(OWN)}/v1", apiKey=OWN),
            {},
            "/endpoint",
        ),
        ("POST", PROVIDERS, a_provider(endpoint=f"https://api.openai.com/v1?key={KNOWN}"), {}, "/endpoint"),
        ("PATCH", path_of(provider), {"name": f"key {KNOWN}"}, {}, "/name"),
        ("PATCH", path_of(provider), {"apiKey": OWN}, {"X-Change-Reason": f"now {OWN}"}, "X-Change-Reason:"),
        ("PATCH", path_of(provider), {"name": "N"}, {"X-Change-Reason": f"now {KNOWN}"}, "X-Change-Reason:"),
        ("PATCH", path_of(provider), {"apiKey": PLAIN}, {"X-Request-Id": PLAIN}, "X-Request-Id:"),
        (
            "POST",
            f"{path_of(provider)}/revert",
            {"toRevision": 1, "apiKey": OWN},
            {"X-Change-Reason": OWN},
            "X-Change-Reason:",
        ),
        ("PATCH", path_of(model), {"config": {"deep": [{KNOWN: 1}]}}, {}, "/config/deep/0"),
        ("PATCH", path_of(model), {KNOWN: 1}, {}, ""),
        ("POST", MODELS, a_model(provider, capabilities=[f"sk-{'a' * 24}"]), {}, "/capabilities/0"),
        (
            "POST",
            BULK,
            {"operations": [{"op": "create", **a_model(provider, name=name)} for name in ("A", KNOWN)]},
            {},
            "/operations/1/name",
        ),
        ("PUT", f"/api/admin/organizations/{uuid4()}", {"name": KNOWN}, {}, "/name"),
    )


async def test_keys_in_whole_requests_are_refused_and_pointed_to(
    own_service: Api, database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    api = own_service
    provider = await api.provider()
    model = await api.model(provider)
    before = await api.rows(AUDIT)
    for method, path, body, headers, at in misplaced(provider, model):
        reply = await api.ask(method, path, body, headers=headers)
        assert (reply.status, reply.pointers) == (422, [at]), (method, path, reply.text)
        assert not any(key in reply.text for key in CANARIES)
    for key in CANARIES:
        reply = await api.post(PROVIDERS, a_provider(apiKey=key), idempotency_key=key)
        assert (reply.status, reply.document["code"]) == (400, "malformed-idempotency-key")
    reply = await api.ask("PATCH", path_of(provider), {"name": "New"}, headers={"X-Request-Id": KNOWN})
    assert (reply.status, reply.headers["X-Request-Id"] == KNOWN) == (200, False)
    assert len(await api.rows(AUDIT)) == len(before) + 1
    await nowhere(api, database, capfd)


async def nowhere(api: Api, database: Database, capfd: pytest.CaptureFixture[str]) -> None:
    """Look for the keys wherever something is kept or shown."""
    export = await api.ask("GET", f"{AUDIT}/export")
    places = {
        "tables": "\n".join(stored(database.owner_url)),
        "export": export.text,
        "log": "".join(capfd.readouterr()),
    }
    for place, text in places.items():
        for canary in CANARIES:
            for spelling in (canary, encoded(canary, "%{:02x}"), encoded(canary, "%{:02X}"), canary.encode().hex()):
                assert spelling.lower() not in text.lower(), place
