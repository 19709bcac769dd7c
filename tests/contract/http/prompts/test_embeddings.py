"""Vectors through the API of OpenAI's shape, and by our own route."""

from base64 import b64decode
from struct import unpack
from typing import Any

import pytest

from tests.contract.http.prompts.prompt_routes import post
from tests.http_service import Service
from tests.prompt_setup import PromptSetup

EMBED = "/api/ai/embed"
PATH = "/v1/embeddings"


async def test_texts_are_embedded_by_the_model_that_is_named(setup: PromptSetup, service: Service) -> None:
    model = setup.model("vectors-1", type="embedding")
    reply = await post(service, EMBED, {"modelId": str(model.id), "texts": ["abc", "de"]})
    assert reply.status == 200, reply.content
    document = reply.document
    assert document["vectors"] == [[3.0, 0.5], [2.0, 0.5]]
    assert (document["dimensions"], document["usage"]) == (2, {"inputTokens": 5})
    assert (document["model"]["id"], document["answeredBy"]) == (str(model.id), "vectors-1-snapshot")


async def test_a_need_that_names_no_type_is_one_for_embeddings(setup: PromptSetup, service: Service) -> None:
    setup.model("writer")
    wanted = setup.model("vectors-1", type="embedding")
    for body in ({}, {"need": {"strategy": "cheapest"}}):
        reply = await post(service, EMBED, {**body, "texts": ["abc"]})
        assert reply.document["model"]["id"] == str(wanted.id), reply.content


async def test_the_api_has_openais_shape(setup: PromptSetup, service: Service) -> None:
    setup.model("vectors-1", type="embedding")
    reply = await post(service, PATH, {"model": "vectors-1", "input": "abc", "user": "u"})
    assert reply.document == {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [3.0, 0.5]}],
        "model": "vectors-1-snapshot",
        "usage": {"prompt_tokens": 3, "total_tokens": 3},
    }
    assert reply.headers["Ignored-Fields"] == "user"


async def test_base64_is_what_the_sdks_decode(setup: PromptSetup, service: Service) -> None:
    setup.model("vectors-1", type="embedding")
    reply = await post(service, PATH, {"model": "vectors-1", "input": [[1, 2, 3]], "encoding_format": "base64"})
    assert unpack("<2f", b64decode(reply.document["data"][0]["embedding"])) == (3.0, 0.5)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (PATH, {"model": "vectors-1", "input": []}, 422),
        (PATH, {"model": "nobody", "input": "a"}, 404),
        (EMBED, {"texts": []}, 422),
        (EMBED, {"texts": [""]}, 422),
        (EMBED, {"texts": ["a"], "unknown": 1}, 422),
    ],
)
async def test_what_cannot_be_is_refused(
    setup: PromptSetup, service: Service, *, path: str, body: dict[str, Any], status: int
) -> None:
    setup.model("vectors-1", type="embedding")
    reply = await post(service, path, body)
    assert reply.status in {status, 400}, reply.content
    assert ("error" in reply.document) == (path == PATH)
