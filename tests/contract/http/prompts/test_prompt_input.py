"""What a prompt over HTTP may hold."""

from typing import Any
from uuid import uuid4

import pytest

from application.prompts.conversation import Conversation, Image, Sampling
from tests.contract.http.prompts.prompt_routes import GENERATE, post
from tests.fakes.client import a_turn
from tests.http_service import Service
from tests.prompt_setup import PromptSetup

IMAGE = {"mediaType": "image/png", "data": "aGVsbG8="}
CONVERSATION = [
    {"role": "system", "content": "Be brief."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is it?"},
            {"type": "image", **IMAGE, "detail": "low"},
            {"type": "image", "url": "https://example.com/a.png"},
        ],
    },
    {"role": "assistant", "content": "A dot."},
    {"role": "user", "content": "Sure?"},
]
UNDERSTOOD = (
    a_turn("system", "Be brief."),
    a_turn(
        "user",
        "What is it?",
        Image(media_type="image/png", data="aGVsbG8=", detail="low"),
        Image(url="https://example.com/a.png"),
    ),
    a_turn("assistant", "A dot."),
    a_turn("user", "Sure?"),
)

KEY = {"Idempotency-Key": "the only one"}


def asked(setup: PromptSetup) -> Conversation:
    return setup.generation.calls[-1].request.client.conversation()


async def test_a_conversation_with_images_reaches_the_model_as_it_was_written(
    setup: PromptSetup, service: Service
) -> None:
    model = setup.model("gpt-x")
    body = {
        "providerModelId": "gpt-x",
        "providerId": str(setup.account.id),
        "messages": CONVERSATION,
        "config": {"temperature": 0.25, "topP": 1, "maxTokens": 99_999, "stop": ["END"]},
        "deadlineSeconds": 1.5,
        "idleSeconds": 0.5,
    }
    reply = await post(service, GENERATE, body)
    assert (reply.status, reply.document["model"]["id"]) == (200, str(model.id))
    assert asked(setup).turns == UNDERSTOOD
    assert asked(setup).sampling == Sampling(temperature=0.25, top_p=1.0, max_tokens=99_999, stop=("END",))
    request = setup.generation.calls[-1].request
    assert request.defaults.most_tokens == 4096
    assert (request.deadline_seconds, request.idle_seconds) == (1.5, 0.5)


async def test_one_turn_can_be_written_shortly(setup: PromptSetup, service: Service) -> None:
    setup.model(type="multimodal", capabilities=frozenset({"vision"}))
    reply = await post(service, GENERATE, {"prompt": "What is it?", "images": [IMAGE]})
    assert reply.status == 200
    picture = Image(media_type="image/png", data="aGVsbG8=")
    assert asked(setup).turns == (a_turn("user", "What is it?", picture),)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"modelId": "x"}, "/modelId"),
        ({"modelId": str(uuid4()), "need": {}}, ""),
        ({"modelId": str(uuid4()), "providerModelId": "m"}, ""),
        ({"providerId": str(uuid4())}, ""),
        ({"need": {"type": "novel"}}, "/need/type"),
        ({"need": {"strategy": "random"}}, "/need/strategy"),
        ({"need": {"maxCost": 1}}, "/need/maxCost"),
        ({"prompt": None}, ""),
        ({"prompt": ""}, "/prompt"),
        ({"messages": [{"role": "user", "content": "Hi"}]}, ""),
        ({"prompt": ..., "messages": []}, "/messages"),
        ({"prompt": ..., "messages": [{"role": "system", "content": "Hi"}]}, "/messages"),
        ({"prompt": ..., "messages": [{"role": "tool", "content": "Hi"}]}, "/messages/0/role"),
        ({"prompt": ..., "messages": [{"role": "user", "content": []}]}, "/messages/0/content"),
        ({"prompt": ..., "messages": [{"role": "user", "content": [{"type": "sound"}]}]}, "/messages/0/content/0"),
        (
            {"prompt": ..., "messages": [{"role": "assistant", "content": [{"type": "image", **IMAGE}]}]},
            "/messages/0",
        ),
        ({"images": [{"mediaType": "image/png"}]}, "/images/0"),
        ({"images": [{**IMAGE, "url": "https://example.com/a.png"}]}, "/images/0"),
        ({"images": [{"data": "aGVsbG8="}]}, "/images/0"),
        ({"images": [{**IMAGE, "data": "no base64!"}]}, "/images/0/data"),
        ({"images": [{**IMAGE, "mediaType": "image/tiff"}]}, "/images/0/mediaType"),
        ({"images": [{"url": "http://example.com/a.png"}]}, "/images/0/url"),
        ({"images": [{"url": "file:///etc/passwd"}]}, "/images/0/url"),
        ({"prompt": ..., "messages": [{"role": "user", "content": "Hi"}], "images": [IMAGE]}, ""),
        ({"config": {"temperature": 2.5}}, "/config/temperature"),
        ({"config": {"temperature": "0.5"}}, "/config/temperature"),
        ({"config": {"maxTokens": 0}}, "/config/maxTokens"),
        ({"config": {"stop": [""]}}, "/config/stop/0"),
        ({"config": {"top_p": 0.5}}, "/config/top_p"),
        ({"deadlineSeconds": 0}, "/deadlineSeconds"),
        ({"deadlineSeconds": 601}, "/deadlineSeconds"),
        ({"idleSeconds": 0}, "/idleSeconds"),
        ({"idleSeconds": 601}, "/idleSeconds"),
        ({"stream": "yes"}, "/stream"),
        ({"apiKey": "sk-1"}, "/apiKey"),
    ],
)
async def test_what_cannot_be_meant_is_refused_where_it_stands(
    setup: PromptSetup, service: Service, change: dict[str, Any], pointer: str
) -> None:
    setup.model()
    body = {name: value for name, value in ({"prompt": "Hi"} | change).items() if value is not ...}
    reply = await post(service, GENERATE, body)
    assert reply.status == 422, reply.document
    pointers = [error["pointer"] for error in reply.document["errors"]]
    assert any(found.startswith(pointer) for found in pointers), pointers
    assert setup.generation.calls == []


async def test_a_body_may_have_thirty_two_mebibytes_and_no_more(setup: PromptSetup, service: Service) -> None:
    setup.model(type="vision")
    small = {"prompt": "Hi", "images": [{**IMAGE, "data": "A" * (31 * 1024 * 1024)}]}
    large = {"prompt": "Hi", "images": [{**IMAGE, "data": "A" * (32 * 1024 * 1024)}]}
    assert (await post(service, GENERATE, small)).status == 200
    reply = await post(service, GENERATE, large)
    assert (reply.status, reply.document["largestBody"]) == (413, 32 * 1024 * 1024)


async def test_a_prompt_with_an_idempotency_key_is_run_once(setup: PromptSetup, service: Service) -> None:
    setup.model()
    replies = [await post(service, GENERATE, {"prompt": "Hi"}, **KEY) for _ in range(2)]
    assert [reply.status for reply in replies] == [200, 200]
    assert replies[0].content == replies[1].content
    assert [reply.headers.get("Idempotency-Replayed") for reply in replies] == [None, "true"]
    other = await post(service, GENERATE, {"prompt": "Bye"}, **KEY)
    assert (other.status, other.document["code"]) == (422, "idempotency-key-reused")
    assert len(setup.generation.calls) == 1


async def test_a_stream_with_an_idempotency_key_is_not_run_twice(setup: PromptSetup, service: Service) -> None:
    setup.model()
    first = await post(service, GENERATE, {"prompt": "Hi", "stream": True}, **KEY)
    again = await post(service, GENERATE, {"prompt": "Hi", "stream": True}, **KEY)
    assert (first.status, first.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert (again.status, again.document["code"]) == (409, "answer-not-kept")
    assert len(setup.generation.calls) == 1
