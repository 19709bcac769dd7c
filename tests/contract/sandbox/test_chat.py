"""Every provider answers a prompt, whole and in pieces, in its own wire format."""

import io
import json
from typing import Any

import aiohttp
import pytest

from sandbox.providers.provider_registry import PROVIDERS
from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import PNG_TEXT, Response, SandboxClient, chat_body

HELLO = "You said “Hello there” (2 words)."
OPENAI_SHAPED = [name for name in PROVIDERS if name not in {"anthropic", "google"}]


def _whole_text(provider: str, answer: Response) -> str:
    body = answer.json()
    if provider == "anthropic":
        return str(body["content"][0]["text"])
    if provider == "google":
        return str(body["candidates"][0]["content"]["parts"][0]["text"])
    return str(body["choices"][0]["message"]["content"])


def _streamed_text(provider: str, answer: Response) -> str:
    events = answer.events()
    if provider == "anthropic":
        return "".join(event.get("delta", {}).get("text", "") for event in events)
    if provider == "google":
        return "".join(event["candidates"][0]["content"]["parts"][0]["text"] for event in events)
    return "".join(event["choices"][0]["delta"].get("content") or "" for event in events if event["choices"])


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_same_text_comes_whole_and_streamed(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str
) -> None:
    talk = SandboxClient(sandbox, http, provider)
    whole, streamed = await talk.chat(), await talk.chat(stream=True)
    assert _whole_text(provider, whole) == HELLO
    assert _streamed_text(provider, streamed) == HELLO
    assert streamed.headers["Content-Type"] == "text/event-stream"
    assert streamed.text.endswith("data: [DONE]\n\n") is (provider in OPENAI_SHAPED)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_unknown_model_is_refused(sandbox: Sandbox, http: aiohttp.ClientSession, provider: str) -> None:
    answer = await SandboxClient(sandbox, http, provider).chat(model="no-such-model")
    if provider == "llamacpp":
        assert answer.status == 200
    else:
        assert answer.status == (400 if provider in {"mistral", "deepseek", "openrouter"} else 404)
        assert "error" in answer.text
        assert ("no-such-model" in answer.text) is (provider not in {"azure", "deepseek"})


@pytest.mark.parametrize("provider", OPENAI_SHAPED)
async def test_a_body_that_is_not_json_is_refused(sandbox: Sandbox, http: aiohttp.ClientSession, provider: str) -> None:
    talk = SandboxClient(sandbox, http, provider)
    path = {
        "azure": "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
        "ollama": "/v1/chat/completions",
    }
    answer = await talk.send("POST", path.get(provider, "/chat/completions"), ["not", "an", "object"])
    assert answer.status == 400
    assert "could not parse the JSON body" in answer.text


@pytest.mark.parametrize(
    ("provider", "model"),
    [("openai", "gpt-4o"), ("azure", "gpt-4o"), ("mistral", "mistral-large-latest"), ("ollama", "gemma3:12b")],
)
async def test_an_image_is_seen(sandbox: Sandbox, http: aiohttp.ClientSession, provider: str, model: str) -> None:
    parts = [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG_TEXT}"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/photo.jpg"}},
    ]
    answer = await SandboxClient(sandbox, http, provider).chat(
        model=model, messages=[{"role": "user", "content": parts}]
    )
    assert _whole_text(provider, answer).endswith("I see 2 images: image/png, 70 bytes; image at a URL, not fetched.")


@pytest.mark.parametrize(
    ("model", "url", "message"),
    [
        ("gpt-3.5-turbo", f"data:image/png;base64,{PNG_TEXT}", "image_url is only supported by certain models"),
        ("gpt-4o", "data:image/png;base64,AAAA", "You uploaded an unsupported image"),
        ("gpt-4o", "data:image/png;base64,%%%", "You uploaded an unsupported image"),
    ],
)
async def test_openai_refuses_an_image_it_cannot_use(
    sandbox: Sandbox, http: aiohttp.ClientSession, model: str, url: str, message: str
) -> None:
    content = [{"type": "image_url", "image_url": {"url": url}}]
    talk = SandboxClient(sandbox, http, "openai")
    answer = await talk.chat(model=model, messages=[{"role": "user", "content": content}])
    assert answer.status == 400
    assert message in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"messages": []}, "Missing required parameter: 'messages'."),
        ({"model": ""}, "you must provide a model parameter"),
        ({"model": "text-embedding-3-small"}, "This is not a chat model"),
        ({"model": "gpt-5", "temperature": 0.2}, "Unsupported value: 'temperature' does not support 0.2"),
    ],
)
async def test_openai_refuses_a_wrong_request(
    sandbox: Sandbox, http: aiohttp.ClientSession, body: dict[str, object], message: str
) -> None:
    answer = await SandboxClient(sandbox, http, "openai").send(
        "POST", "/chat/completions", {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], **body}
    )
    assert answer.status in {400, 404}
    assert answer.json()["error"]["message"].startswith(message)


async def test_openai_leaves_a_default_temperature_alone(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    assert (await SandboxClient(sandbox, http, "openai").chat(model="gpt-5", temperature=1)).status == 200


@pytest.mark.parametrize(
    ("more", "version", "message"),
    [
        ({"max_tokens": None}, "2023-06-01", "max_tokens: Field required"),
        ({"max_tokens": -1}, "2023-06-01", "max_tokens: Input should be greater than"),
        ({"max_tokens": 65_000}, "2023-06-01", "max_tokens: 65000 > 64000, which is the maximum"),
        ({"messages": []}, "2023-06-01", "messages: at least one message is required"),
        ({"messages": [{"role": "system", "content": "x"}]}, "2023-06-01", "messages.0.role: Input should be"),
        ({"temperature": 0.5}, "2026-10-21", "temperature: Extra inputs are not permitted"),
        ({"top_k": 5}, "2026-10-21", "top_k: Extra inputs are not permitted"),
    ],
)
async def test_anthropic_refuses_a_wrong_request(
    sandbox: Sandbox, http: aiohttp.ClientSession, more: dict[str, object], version: str, message: str
) -> None:
    body = {"model": "claude-haiku-4-5", "max_tokens": 10, "messages": [{"role": "user", "content": "Hi"}], **more}
    talk = SandboxClient(sandbox, http, "anthropic")
    answer = await talk.send("POST", "/v1/messages", body, **{"anthropic-version": version})
    assert answer.status == 400
    assert answer.json()["error"]["message"].startswith(message)
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_anthropic_takes_a_temperature_under_the_old_version(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    assert (await SandboxClient(sandbox, http, "anthropic").chat(temperature=0.5)).status == 200


async def test_anthropic_refuses_more_than_32_megabytes(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    text = "x" * (32 * 1024 * 1024)
    body = json.dumps(chat_body("anthropic", "claude-haiku-4-5", text)).encode()
    headers = {"x-api-key": sandbox.key("anthropic"), "anthropic-version": "2023-06-01"}
    url = sandbox.endpoint("anthropic") + "/v1/messages"
    async with http.post(url, data=io.BytesIO(body), headers=headers) as response:
        refused = await response.json()
    assert (response.status, refused["error"]["type"]) == (413, "request_too_large")


async def test_the_system_prompt_and_earlier_messages_cost_input(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    earlier = [{"role": "user", "content": text} for text in ("one two", "Hello there")]
    openai, anthropic = SandboxClient(sandbox, http, "openai"), SandboxClient(sandbox, http, "anthropic")
    usages = [
        (await openai.chat()).json()["usage"]["prompt_tokens"],
        (await openai.chat(messages=earlier)).json()["usage"]["prompt_tokens"],
        (await anthropic.chat()).json()["usage"]["input_tokens"],
        (await anthropic.chat(messages=earlier)).json()["usage"]["input_tokens"],
        (await anthropic.chat(system="Be brief")).json()["usage"]["input_tokens"],
    ]
    assert usages == [5, 7, 5, 7, 7]


@pytest.mark.parametrize(("provider", "finish"), [("openai", "content_filter"), ("anthropic", "refusal")])
async def test_a_trigger_word_is_refused(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str, finish: str
) -> None:
    answer = await SandboxClient(sandbox, http, provider).chat("please sandbox:refuse this")
    assert (answer.status, finish in answer.text) == (200, True)


async def test_a_long_answer_can_be_requested(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    answer = await SandboxClient(sandbox, http, "openai").chat("sandbox:words=300")
    assert len(_whole_text("openai", answer).split()) == 300


async def test_google_takes_snake_case_and_streams_an_array_without_sse(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    talk = SandboxClient(sandbox, http, "google")
    part = {"inline_data": {"mime_type": "image/png", "data": PNG_TEXT}}
    body = {"contents": [{"parts": [{"text": "Look"}, part]}], "system_instruction": {"parts": [{"text": "Be brief"}]}}
    path = "/models/gemini-2.0-flash:streamGenerateContent"
    answer = await talk.send("POST", path, body)
    assert answer.headers["Content-Type"] == "application/json"
    chunks: list[Any] = json.loads(answer.text)
    text = "".join(chunk["candidates"][0]["content"]["parts"][0]["text"] for chunk in chunks)
    assert text == "You said “Look” (1 word). I see 1 image: image/png, 70 bytes."
    assert {"modality": "IMAGE", "tokenCount": 258} in chunks[-1]["usageMetadata"]["promptTokensDetails"]
    refused = await talk.send("POST", path.replace("2.0", "9.9"), body)
    assert (refused.status, refused.json()[0]["error"]["code"]) == (404, 404)
