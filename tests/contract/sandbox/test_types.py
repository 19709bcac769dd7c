"""The sandbox's answers and events are valid by the official clients' own types."""

from typing import Any, Final

import aiohttp
import pytest
from anthropic.types import Message, RawMessageStreamEvent
from google.genai.types import EmbedContentResponse, GenerateContentResponse
from openai.types import CreateEmbeddingResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import SandboxClient
from tests.contract.sandbox.test_shapes import REQUESTS

WHOLE: Final[dict[str, TypeAdapter[Any]]] = {
    "/chat/completions": TypeAdapter(ChatCompletion),
    "/responses": TypeAdapter(Response),
    "/embeddings": TypeAdapter(CreateEmbeddingResponse),
    "/v1/messages": TypeAdapter(Message),
    "generateContent": TypeAdapter(GenerateContentResponse),
    "batchEmbedContents": TypeAdapter(EmbedContentResponse),
}
EVENTS: Final[dict[str, TypeAdapter[Any]]] = {
    "/chat/completions": TypeAdapter(ChatCompletionChunk),
    "/responses": TypeAdapter(ResponseStreamEvent),
    "/v1/messages": TypeAdapter(RawMessageStreamEvent),
    "streamGenerateContent?alt=sse": TypeAdapter(GenerateContentResponse),
}
#: Only the clients themselves know base64 in place of numbers, and a single embedding.
KEY_NAMES: Final = [name for name in REQUESTS if not name.startswith(("error.", "embeddings.base64", "embed.single"))]


@pytest.mark.parametrize("name", KEY_NAMES)
async def test_every_field_is_valid(sandbox: Sandbox, http: aiohttp.ClientSession, name: str) -> None:
    provider, path, body = REQUESTS[name]
    answer = await SandboxClient(sandbox, http, provider).send("POST", path, body)
    kind = path.rpartition(":")[2]
    if not name.endswith(".txt"):
        assert WHOLE[kind].validate_python(answer.json()) is not None
        return
    events = answer.events()
    assert len(events) > 3
    for event in events:
        if event.get("type") != "ping":
            assert EVENTS[kind].validate_python(event) is not None
