"""What is not understood is refused, with a pointer to it; nothing that is not for the caller to say is taken."""

from uuid import uuid4

import pytest

from tests.e2e.api_client import BULK, MODELS, PROVIDERS, Api, Document, a_model, a_provider, path_of

# What would be somebody else's to say: LiteLLM CVE-2026-47101 stored roles as they were submitted.
NOT_FOR_THE_CALLER = {
    "id": str(uuid4()),
    "organizationId": str(uuid4()),
    "organization_id": str(uuid4()),
    "revision": 7,
    "role": "admin",
    "orgRole": "admin",
    "platformAdmin": True,
    "actor": "somebody-else",
    "createdAt": "2026-01-01T00:00:00Z",
    "updatedAt": "2026-01-01T00:00:00Z",
    "sources": {"price": "live"},
    "healthStatus": "healthy",
    "lastHealthCheck": "2026-01-01T00:00:00Z",
    "credentialVersion": 7,
    "apiKeyEncrypted": "AAAA",
    "__proto__": {},
}


@pytest.mark.parametrize("field", NOT_FOR_THE_CALLER)
async def test_what_is_not_the_callers_to_say_is_refused_everywhere(api: Api, field: str) -> None:
    provider = await api.provider()
    model = await api.model(provider)
    extra = {field: NOT_FOR_THE_CALLER[field]}
    for method, path, body in (
        ("POST", PROVIDERS, a_provider()),
        ("PUT", path_of(provider), {"name": "P"}),
        ("PATCH", path_of(provider), {}),
        ("POST", f"{PROVIDERS}/test", {"providerType": "openai"}),
        ("POST", MODELS, a_model(provider)),
        ("PUT", path_of(model), {}),
        ("PATCH", path_of(model), {}),
    ):
        reply = await api.ask(method, path, body | extra)
        assert (reply.status, reply.pointers) == (422, [f"/{field}"]), (method, path)
    if field not in {"id", "revision"}:
        reply = await api.post(BULK, {"operations": [{"op": "update", "id": model["id"], **extra}]})
        assert (reply.status, reply.pointers) == (422, [f"/operations/0/{field}"])
    assert await api.get(path_of(provider)) == provider
    assert await api.get(path_of(model)) == model


@pytest.mark.parametrize("api_key", [{"version": 9}, {"hint": "…", "version": 9, "setAt": None}, ["x"], 7, True])
async def test_a_key_is_text_and_its_version_nobodys_to_say(api: Api, api_key: object) -> None:
    provider = await api.provider()
    for reply in (
        await api.post(PROVIDERS, a_provider(apiKey=api_key)),
        await api.patch(path_of(provider), {"apiKey": api_key}),
    ):
        assert (reply.status, reply.pointers) == (422, ["/apiKey"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 201),
        ("name", "two\nlines"),
        ("name", 7),
        ("name", None),
        ("name", "\x00"),
        ("name", "\ud800"),
        ("providerType", "skynet"),
        ("providerType", ""),
        ("apiKey", ""),
        ("apiKey", "two words"),
        ("apiKey", "line\nbreak"),
        ("apiKey", "ключ"),
        ("apiKey", "x" * 4097),
        ("isEnabled", "true"),
        ("isEnabled", 1),
        ("settings", []),
        ("settings", "x"),
    ],
)
async def test_a_providers_fields_take_what_they_are_for(api: Api, field: str, value: object) -> None:
    reply = await api.post(PROVIDERS, a_provider(**{field: value}))
    assert (reply.status, reply.pointers) == (422, [f"/{field}"])
    assert await api.rows(PROVIDERS) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("modelId", ""),
        ("modelId", "two\nlines"),
        ("modelId", "x" * 257),
        ("modelId", 7),
        ("providerId", "x"),
        ("providerId", None),
        ("name", "x" * 201),
        ("version", ""),
        ("version", "a\nb"),
        ("type", "chatty"),
        ("capabilities", "tools"),
        ("capabilities", ["tools"] * 51),
        ("config", []),
        ("contextWindow", 0),
        ("contextWindow", -5),
        ("contextWindow", 1.5),
        ("contextWindow", "8192"),
        ("maxTokens", 10**12),
        ("maxTokens", True),
        ("isEnabled", None),
        ("pricing", 7),
    ],
)
async def test_a_models_fields_take_what_they_are_for(api: Api, field: str, value: object) -> None:
    reply = await api.post(MODELS, a_model(await api.provider(), **{field: value}))
    assert (reply.status, reply.pointers) == (422, [f"/{field}"])
    assert await api.rows(MODELS) == []


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        ('{"a": 9223372036854775807}', True),
        ('{"a": 9223372036854775808}', False),
        ('{"a": -99999999999999999999999999}', False),
        ('{"a": 1e308}', True),
        ('{"a": 1e309}', False),
        ('{"a": 0.1, "b": [1.5, {"c": -2.25}]}', True),
        ('{"": 1, "a/b": {"~": 2}}', True),
        ('{"a": "\\u0000"}', False),
        ('{"a": "\\ud83d\\ude00"}', True),
        ('{"a": "\\ud83d"}', False),
        ('{"a": ' * 30 + "1" + "}" * 30, True),
        ('{"a": ' * 40 + "1" + "}" * 40, False),
        ('{"a": "' + "x" * 16_000 + '"}', True),
        ('{"a": "' + "x" * 17_000 + '"}', False),
    ],
)
async def test_a_configuration_is_kept_as_it_is_or_refused(api: Api, config: str, kept: bool) -> None:
    provider = await api.provider()
    body = f'{{"providerId": "{provider["id"]}", "modelId": "m", "config": {{"metadata": {config}}}}}'
    reply = await api.ask("POST", MODELS, content=body.encode())
    if kept:
        assert reply.status == 201, reply.text
        assert (await api.get(path_of(reply.document)))["config"] == reply.document["config"]
        update = f'{{"op": "update", "id": "{reply.document["id"]}", "config": {{"metadata": {config}}}}}'
        assert (await api.ask("POST", BULK, content=f'{{"operations": [{update}]}}'.encode())).status == 200
    else:
        assert reply.status == 422, reply.text
        assert reply.pointers[0].startswith("/config")


async def test_a_configuration_does_not_grow_without_end_by_patches(api: Api) -> None:
    model = await api.model(await api.provider(), config={"systemPrompt": "x" * 10_000})
    reply = await api.patch(path_of(model), {"config": {"stop": "x" * 10_000}})
    assert (reply.status, reply.pointers) == (422, ["/config"])
    assert (await api.patch(path_of(model), {"config": {"systemPrompt": None, "stop": "x" * 10_000}})).status == 200


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "malformed-json"),
        (b"{", 400, "malformed-json"),
        (b'{"name": "a", "name": "b"}', 400, "malformed-json"),
        (b'{"name": NaN}', 400, "malformed-json"),
        (b"\xff\xfe", 400, "malformed-json"),
        (b"[" * 10_000, 400, "malformed-json"),
        (b"[" * 100_000, 413, "too-many-values"),
        (b'{"a": ' + b"9" * 5000 + b"}", 400, "malformed-json"),
        (b"[]", 422, "invalid-input"),
        (b'"text"', 422, "invalid-input"),
        (b"null", 422, "invalid-input"),
        (b" " * (1024 * 1024 + 1), 413, "content-too-large"),
    ],
)
async def test_a_body_that_is_no_document_is_refused(api: Api, content: bytes, status: int, code: str) -> None:
    for path in (PROVIDERS, MODELS, BULK):
        reply = await api.ask("POST", path, content=content)
        assert (reply.status, reply.document["code"]) == (status, code)
        assert reply.headers["Content-Type"] == "application/problem+json"


async def test_only_json_is_read(api: Api) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json"):
        reply = await api.post(PROVIDERS, a_provider(), content_type=kind)
        assert (reply.status, reply.document["code"]) == (415, "unsupported-content-type")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("collection", [PROVIDERS, MODELS])
async def test_an_id_is_one_in_the_usual_form(api: Api, method: str, collection: str) -> None:
    for wrong in ("7", "x" * 300, "%00", "..%2f..", str(uuid4()).replace("-", "")):
        reply = await api.ask(method, f"{collection}/{wrong}", {} if method == "PATCH" else ...)
        assert (reply.status, reply.pointers) == (422, ["{id}"]), wrong


async def test_a_problem_has_all_its_members(api: Api) -> None:
    reply = await api.post(PROVIDERS, a_provider(name="", isEnabled=7, extra=1), x_request_id="my-request")
    problem: Document = reply.document
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert problem.keys() == {"type", "title", "status", "detail", "instance", "code", "errors", "requestId"}
    assert problem["type"] == "/api/docs#problem-invalid-input"
    assert (problem["status"], problem["instance"], problem["requestId"]) == (422, PROVIDERS, "my-request")
    assert {error["pointer"] for error in problem["errors"]} == {"/name", "/isEnabled", "/extra"}
    assert all(error["message"] for error in problem["errors"])


async def test_every_answer_has_a_request_id(api: Api) -> None:
    for path in (PROVIDERS, f"{MODELS}/7", "/nowhere", "/healthz", "/metrics"):
        reply = await api.ask("GET", path)
        assert len(reply.headers["X-Request-Id"]) == 32
        assert (await api.ask("GET", path, headers={"X-Request-Id": "mine.1_2-3"})).headers[
            "X-Request-Id"
        ] == "mine.1_2-3"
        odd = await api.ask("GET", path, headers={"X-Request-Id": "x y"})
        assert len(odd.headers["X-Request-Id"]) == 32


async def test_what_is_nowhere_is_not_found_and_what_cannot_be_done_says_what_can(api: Api) -> None:
    nowhere = await api.ask("GET", "/api/ai/nothing")
    assert (nowhere.status, nowhere.document["code"]) == (404, "not-found")
    reply = await api.ask("DELETE", PROVIDERS)
    assert (reply.status, set(reply.headers["Allow"].replace(" ", "").split(","))) == (405, {"GET", "HEAD", "POST"})
