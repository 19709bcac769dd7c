"""Whatever a server lists, in whatever way, can be registered, called, found and removed; or the list is not ok."""

import json
from codecs import BOM_UTF8
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import pytest
from aiohttp import web

from tests.e2e.api_client import BULK, MODELS, PROVIDERS, Api, path_of
from tests.e2e.sandbox_providers import imported, offered, offered_by_all

IDS = [
    "Go reasoning",
    "C:\\models\\my model.gguf",
    "meta-llama/Llama-3.3:free",
    "100%25 new?a=b&c#d",
    "..",
    "\u6a21\u578b",
    "m\u00fcller\u00a07b",
    "\U0001f469\u200d\U0001f4bb",
    "x" * 256,
]


async def models_in_pages(request: web.Request) -> web.Response:
    """List three models a page, with a byte order mark, and links to where nobody should go."""
    page = int(request.query.get("page", 1))
    entries = [{"id": model_id} for model_id in IDS[3 * page - 3 : 3 * page]]
    link = f'<https://elsewhere.example/models?page={page + 1}>; rel="next"'
    headers = {"ETag": 'W/"1"', **({"Link": link} if 3 * page < len(IDS) else {})}
    body = BOM_UTF8 + json.dumps(entries).encode()
    return web.Response(body=body, headers=headers, content_type="application/json")


async def first_page_again(_: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [{"id": "a"}], "has_more": True})


async def answer(request: web.Request) -> web.Response:
    model = (await request.json())["model"]
    message = {"role": "assistant", "content": f"I am {model}"}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return web.json_response(
        {"id": "1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice]}
    )


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/odd/models", models_in_pages)
    app.router.add_get("/stuck/models", first_page_again)
    app.router.add_post("/odd/chat/completions", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[str]:
    async with serving() as url:
        yield url


async def test_everything_a_server_lists_is_registered_called_found_and_removed(api: Api, server: str) -> None:
    provider = await api.provider(providerType="openai_compatible", endpoint=f"{server}/odd")
    assert [model["modelId"] for model in (await offered(api, provider))["data"]] == IDS
    assert (await imported(api, provider, enable=True)).status == 200
    called = {model["id"] for model in (await api.get("/v1/models"))["data"]}
    for model_id in IDS:
        assert model_id in called
        if model_id != "..":  # No client of HTTP sends this as a part of a path.
            assert (await api.get(f"/v1/models/{quote(model_id, safe='')}"))["id"] == model_id
        [found] = await api.rows(MODELS, q=model_id[:200])
        assert found["modelId"] == model_id
        prompt = {"messages": [{"role": "user", "content": "Who?"}]}
        answer = await api.post("/v1/chat/completions", {"model": model_id, **prompt})
        assert answer.document["choices"][0]["message"]["content"] == f"I am {model_id}"
        generated = await api.post("/api/ai/generate", {"providerModelId": model_id, **prompt})
        assert generated.status == 200, generated.text
        assert (await api.delete(path_of(found))).status == 204
    assert (await api.ask("GET", "/v1/models/%00")).status == 404
    creations = [{"op": "create", "providerId": provider["id"], "modelId": model_id} for model_id in IDS]
    assert (await api.post(BULK, {"operations": creations})).status == 200
    assert {row["modelId"] for row in await api.rows(MODELS)} == set(IDS)


async def test_a_first_page_alone_is_no_list(api: Api, server: str) -> None:
    provider = await api.provider(providerType="openai_compatible", endpoint=f"{server}/stuck")
    [found] = (await offered_by_all(api)).values()
    assert (found["status"], found["data"]) == ("error", [])
    assert "does not name its next page" in found["error"]["detail"]
    assert (await api.post(f"{path_of(provider)}/test")).document["modelCount"] is None


async def test_models_of_a_disabled_provider_are_not_enabled_in_lists(api: Api) -> None:
    used, unused = await api.provider(), await api.provider()
    models = [await api.model(provider, isEnabled=is_on) for provider in (used, unused) for is_on in (True, False)]
    await api.patch(path_of(unused), {"isEnabled": False})
    for query in ({}, {"asOf": "2999-01-01T00:00:00Z"}):
        on = await api.get(MODELS, enabled=True, includeTotal=True, **query)
        assert ([row["id"] for row in on["data"]], on["pagination"]["total"]) == ([models[0]["id"]], 1)
        off = await api.rows(MODELS, enabled=False, sort="createdAt", **query)
        assert [(row["id"], row["isEnabled"], row["isUsable"], row["unusableBecause"]) for row in off] == [
            (models[1]["id"], False, False, "model-disabled"),
            (models[2]["id"], True, False, "provider-disabled"),
            (models[3]["id"], False, False, "model-disabled"),
        ]
    assert [row["id"] for row in await api.rows(PROVIDERS, enabled=True)] == [used["id"]]
