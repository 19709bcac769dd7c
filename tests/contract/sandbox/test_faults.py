"""Every fault does what its summary says, seen by a client that knows nothing of the sandbox."""

from collections.abc import Awaitable, Callable
from inspect import getmembers, iscoroutinefunction

import aiohttp
import pytest

from sandbox.faults.fault_kinds import FAULT_KINDS
from sandbox.server import Sandbox
from tests.contract.sandbox import list_faults, response_faults, stream_faults
from tests.contract.sandbox.sandbox_client import SandboxClient, key_headers

STREAMING = ("openai", "anthropic", "google", "openrouter", "deepseek")
#: What the modules hold beside their checks.
_TOOLS = {"collect", "chunks"}
CHECKS: dict[str, Callable[[SandboxClient], Awaitable[None]]] = {
    name: check
    for module in (response_faults, stream_faults, list_faults)
    for name, check in getmembers(module, iscoroutinefunction)
    if name not in _TOOLS
}


@pytest.fixture
def openai(sandbox: Sandbox, http: aiohttp.ClientSession) -> SandboxClient:
    return SandboxClient(sandbox, http, "openai")


@pytest.mark.parametrize("kind", FAULT_KINDS)
async def test_a_fault_does_what_it_says(openai: SandboxClient, kind: str) -> None:
    await CHECKS[kind](openai)


def test_no_check_is_left_without_a_fault() -> None:
    assert CHECKS.keys() == FAULT_KINDS.keys()


@pytest.mark.parametrize("provider", STREAMING)
async def test_an_error_event_is_in_the_providers_own_shape(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str
) -> None:
    sandbox.faults.add(kind="error_event", provider=provider, operation="stream", after=3)
    answer = await SandboxClient(sandbox, http, provider).chat(stream=True)
    assert answer.status == 200
    assert "overloaded" in answer.events()[-1]["error"]["message"].lower()
    assert answer.text.rstrip().endswith(("}", "}}"))
    assert ("event: error" in answer.text) is (provider == "anthropic")


async def test_a_bomb_of_a_gibibyte_is_cheap_to_send(openai: SandboxClient) -> None:
    openai.sandbox.faults.add(kind="compressed_bomb")
    url = openai.sandbox.endpoint("openai") + "/models"
    async with openai.http.get(url, headers=key_headers("openai", openai.key), auto_decompress=False) as response:
        packed = await response.read()
    assert int.from_bytes(packed[-4:], "little") == 1 << 30
    assert len(packed) < 2 << 20
