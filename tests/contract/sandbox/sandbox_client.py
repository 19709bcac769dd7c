"""Talking to a sandbox provider over plain HTTP, in its own wire format."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.server import Sandbox

#: A red dot; one pixel, 70 bytes.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PNG_TEXT = base64.b64encode(PNG).decode()

#: A model of each provider that chats; no provider's first choice thinks.
CHAT_MODELS = {
    "openai": "gpt-4o",
    "anthropic": "claude-haiku-4-5",
    "google": "gemini-2.0-flash",
    "azure": "gpt-4o",
    "openrouter": "openai/gpt-4o",
    "mistral": "mistral-large-latest",
    "groq": "llama-3.3-70b-versatile",
    "deepseek": "deepseek-chat",
    "xai": "grok-3",
    "together": "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    "ollama": "llama3.2",
    "vllm": "meta-llama/Llama-3.1-8B-Instruct",
    "llamacpp": "anything",
}

LISTS = {
    "anthropic": "/v1/models",
    "google": "/models",
    "azure": "/openai/models?api-version=2024-10-21",
    "ollama": "/api/tags",
}

ACCOUNTS = {"openrouter": "/key", "deepseek": "/user/balance", "xai": "/api-key"}


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:  # noqa: ANN401 - whatever the provider sent
        return json.loads(self.text)

    def events(self) -> list[Any]:
        """The JSON of each event of a stream, `[DONE]` left out."""
        lines = [line.removeprefix("data: ") for line in self.text.splitlines() if line.startswith("data: ")]
        return [json.loads(line) for line in lines if line != "[DONE]"]


def key_headers(provider: str, key: str | None) -> dict[str, str]:
    if key is None:
        return {}
    if provider == "anthropic":
        return {"x-api-key": key}
    if provider == "google":
        return {"x-goog-api-key": key}
    if provider == "azure":
        return {"api-key": key}
    return {"Authorization": f"Bearer {key}"}


def chat_path(provider: str, model: str, *, stream: bool = False) -> str:
    if provider == "anthropic":
        return "/v1/messages"
    if provider == "google":
        return f"/models/{model}:streamGenerateContent?alt=sse" if stream else f"/models/{model}:generateContent"
    if provider == "azure":
        return f"/openai/deployments/{model}/chat/completions?api-version=2024-10-21"
    return "/v1/chat/completions" if provider == "ollama" else "/chat/completions"


def chat_body(provider: str, model: str, text: str, *, stream: bool = False, **more: object) -> dict[str, object]:
    if provider == "google":
        return {"contents": [{"role": "user", "parts": [{"text": text}]}], **more}
    body: dict[str, object] = {"model": model, "messages": [{"role": "user", "content": text}], **more}
    if provider == "anthropic":
        body.setdefault("max_tokens", 256)
    return {**body, "stream": True} if stream else body


class SandboxClient:
    """One provider of a running sandbox."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession, provider: str, key: str | None = "") -> None:
        self.sandbox = sandbox
        self.http = http
        self.provider = provider
        self.key = sandbox.key(provider) if key == "" else key

    async def send(self, method: str, path: str, body: object = None, **headers: str) -> Response:
        """Request `path` below the provider's endpoint."""
        sent = {**key_headers(self.provider, self.key), "anthropic-version": "2023-06-01", **headers}
        url = self.sandbox.endpoint(self.provider) + path
        async with self.http.request(method, url, json=body, headers=sent, allow_redirects=False) as response:
            return Response(response.status, response.headers, await response.text())

    async def list(self, query: str = "") -> Response:
        return await self.send("GET", LISTS.get(self.provider, "/models") + query)

    async def account(self) -> Response:
        return await self.send("GET", ACCOUNTS[self.provider])

    async def chat(
        self, text: str = "Hello there", *, model: str = "", stream: bool = False, **more: object
    ) -> Response:
        name = model or CHAT_MODELS[self.provider]
        body = chat_body(self.provider, name, text, stream=stream, **more)
        return await self.send("POST", chat_path(self.provider, name, stream=stream), body)
