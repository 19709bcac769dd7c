"""A service on a real socket whose one model is of one provider, which answers what was prepared."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import anthropic
import openai
import orjson

from adapters.providers.provider_gateway import Gateway
from tests.contract.http.prompts.prompt_routes import a_setup, prompt_routes
from tests.fakes.outbound_http import FakeOutbound
from tests.http_service import Service, a_token
from tests.prompt_setup import an_account
from tests.unit.providers.prompted_providers import EVENTS, events

BASE = "https://api.example.com/v1"
NAME = "Our model"
MODELS = {"anthropic": "claude-haiku-5-5", "openai": "gpt-6-sol", "google": "gemini-3.8-flash"}
URLS = {
    "anthropic": f"{BASE}/messages",
    "openai": f"{BASE}/responses",
    "google": f"{BASE}/models/{MODELS['google']}:generateContent",
}
STREAMS = URLS | {"google": f"{BASE}/models/{MODELS['google']}:streamGenerateContent?alt=sse"}
# Samples of answers with tools and of words with thoughts, whole and streamed.
TOOLS = {
    "anthropic": "anthropic/message.tools.answer",
    "openai": "openai/responses.tools.answer",
    "google": "gemini/generate.tools.answer",
}
TOOL_STREAMS = {
    "anthropic": "anthropic/stream.message.tools",
    "openai": "openai/stream.responses.tools",
    "google": "gemini/stream.generate.tools",
}
WORDS = {
    "anthropic": "anthropic/message.thinking.answer",
    "openai": "openai/responses.reasoning.answer",
    "google": "gemini/generate.thoughts.answer",
}
WORD_STREAMS = {
    "anthropic": "anthropic/stream.message.thinking",
    "openai": "openai/stream.responses.reasoning",
    "google": "gemini/stream.generate.thoughts",
}


class Served:
    """The service, the official clients with a token of it, and what the provider answers and was sent."""

    def __init__(self, service: Service, outbound: FakeOutbound) -> None:
        self.service = service
        self.outbound = outbound
        self.anthropic = self.anthropic_client(a_token())
        self.openai = openai.AsyncOpenAI(base_url=f"{service.url}/v1", api_key=a_token(), max_retries=0, timeout=20)

    def anthropic_client(self, api_key: str) -> anthropic.AsyncAnthropic:
        return anthropic.AsyncAnthropic(base_url=self.service.url, api_key=api_key, max_retries=0, timeout=20)

    def answers(self, url: str, document: Any, **facts: Any) -> None:  # noqa: ANN401 - JSON
        self.outbound.answer("POST", url, orjson.dumps(document), **facts)

    def streams(self, url: str, *documents: dict[str, Any]) -> None:
        content = b""
        for document in documents:
            content += (b"event: %s\n" % document["type"].encode() if "type" in document else b"") + events(document)
        self.outbound.answer("POST", url, content, headers=EVENTS)

    @property
    def sent(self) -> Any:  # noqa: ANN401 - JSON
        return self.outbound.requests[-1].json


async def served(serve: Callable[..., Awaitable[Service]], stack: AsyncExitStack, provider: str) -> Served:
    """Serve until the stack is closed."""
    setup, outbound = a_setup(), FakeOutbound()
    setup.model(MODELS.get(provider, "a-model"), of=an_account(provider_type=provider), name=NAME)
    service = await serve(*prompt_routes(setup, generation=Gateway(outbound)))
    at = Served(service, outbound)
    await stack.enter_async_context(at.anthropic)
    await stack.enter_async_context(at.openai)
    return at
