"""A server inside the network fetches nothing for a prompt that this service could not fetch itself."""

from typing import Any

import pytest

from adapters.providers.prompting.fetched_addresses import MOST_ADDRESSES, fetched_addresses
from application.errors import InvalidInput
from application.prompts.conversation import Image
from application.prompts.generation import GenerationRequest
from tests.contract.providers.sandbox_accounts import Accounts
from tests.fakes.client import FakeClient

CLOSED = (
    "https://127.0.0.1/secret.png",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/secret.png",
    "https://intranet/secret.png",
    "https://localhost/secret.png",
    "http://93.184.215.14/picture.png",
    "https://93.184.215.14:8443/picture.png",
    "ftp://93.184.215.14/picture.png",
)
OPEN = "https://93.184.215.14/picture.png"
SHAPES: dict[str, Any] = {
    "vllm": lambda url: {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]},
    "anthropic": lambda url: {
        "max_tokens": 9,
        "messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": url}}]}],
    },
}
PROTOCOLS = {"vllm": "chat_completions", "anthropic": "messages"}


def _own(accounts: Accounts, provider: str, url: str) -> GenerationRequest:
    """Return a prompt in the provider's own protocol, which is handed on as it is."""
    model_id = accounts.model(provider)
    client = FakeClient(protocol=PROTOCOLS[provider], body={"model": model_id, **SHAPES[provider](url)})  # type: ignore[arg-type]
    return GenerationRequest(model_id=model_id, client=client, origin=model_id)


@pytest.mark.parametrize("url", CLOSED)
@pytest.mark.parametrize("provider", SHAPES)
async def test_a_closed_address_is_refused_before_anything_is_sent(accounts: Accounts, provider: str, url: str) -> None:
    with pytest.raises(InvalidInput, match="send the file itself as data") as refused:
        await accounts.gateway.generate(accounts.connection(provider), _own(accounts, provider, url))
    assert refused.value.pointer == "/messages"
    with pytest.raises(InvalidInput):
        async with accounts.gateway.stream(accounts.connection(provider), _own(accounts, provider, url)) as events:
            await anext(aiter(events))
    assert not accounts.sandbox.requests


async def test_translated_prompts_are_held_to_it_too(accounts: Accounts) -> None:
    with pytest.raises(InvalidInput, match="send the file itself as data"):
        await accounts.generate("vllm", Image(url=CLOSED[0]))
    assert not accounts.sandbox.requests


async def test_a_public_address_is_handed_on(accounts: Accounts) -> None:
    await accounts.generate("mistral", "What is it?", Image(url=OPEN), model_id=accounts.model("mistral", vision=True))
    assert OPEN in str(accounts.sandbox.requests[-1].json)


async def test_very_many_addresses_are_refused(accounts: Accounts) -> None:
    images = [Image(url=f"{OPEN}?{number}") for number in range(MOST_ADDRESSES + 1)]
    with pytest.raises(InvalidInput, match=f"At most {MOST_ADDRESSES} addresses"):
        await accounts.generate("vllm", *images)


def test_what_a_tool_is_called_with_is_no_address() -> None:
    words = {"url": "https://intranet/"}
    body = {
        "messages": [{"role": "assistant", "content": [{"type": "tool_use", "name": "open", "input": words}]}],
        "contents": [{"parts": [{"functionCall": {"args": words}}, {"functionResponse": {"response": words}}]}],
        "tools": [{"input_schema": words, "function": {"parameters": words}}],
        "input": [{"type": "input_image", "image_url": OPEN}, {"type": "input_file", "file_url": f"{OPEN}?2"}],
    }
    assert sorted(fetched_addresses(body)) == [OPEN, f"{OPEN}?2"]
