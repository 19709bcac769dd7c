"""Models of the sandbox's providers, and prompts to run on them."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.server import Sandbox
from tests.e2e.api_client import Api, Document, Reply

GENERATE = "/api/ai/generate"
USAGE = "/api/ai/usage"

HELLO = "You said “Hello there” (2 words)."
SEEN = "You said “What is it?” (3 words). I see 1 image: image/png, 70 bytes."

# A model of each provider that chats and sees, what it says has answered, and which nothing announces to retire.
MODELS = {"openai": "chat-latest", "anthropic": "claude-haiku-4-5", "google": "gemini-flash-latest"}


@dataclass(frozen=True, slots=True)
class Registered:
    """A provider of the sandbox with a model of it, as the API shows them."""

    provider: Document
    model: Document


async def registered(
    api: Api, sandbox: Sandbox, provider: str = "openai", *, key: str = "valid", model_id: str = "", **facts: object
) -> Registered:
    """Register one of the three providers as the sandbox plays it, and its model."""
    account = await api.provider(
        name=f"{provider} of {api.organization_id} {key}",
        providerType=provider,
        endpoint=sandbox.endpoint(provider),
        apiKey=sandbox.key(provider, key),
    )
    return Registered(account, await api.model(account, modelId=model_id or MODELS[provider], **facts))


async def run(api: Api, of: Registered, prompt: str = "Hello there", **facts: object) -> Reply:
    return await api.post(GENERATE, {"modelId": of.model["id"], "prompt": prompt, **facts})


def events(reply: Reply) -> list[tuple[str, Any]]:
    """The name and the data of each event of a stream."""
    found = []
    for block in reply.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found
