"""The sandbox's own routes, and what it remembers of the others."""

import asyncio
from typing import Any

import aiohttp
import pytest

from sandbox.magic_keys import KEYS
from sandbox.providers.provider_registry import PROVIDERS
from sandbox.server import Sandbox, guide
from tests.contract.sandbox.sandbox_client import SandboxClient


@pytest.fixture
def openai(sandbox: Sandbox, http: aiohttp.ClientSession) -> SandboxClient:
    return SandboxClient(sandbox, http, "openai")


async def _control(talk: SandboxClient, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with talk.http.request(method, f"{talk.sandbox.url}/_sandbox{path}", json=body) as response:
        return response.status, await response.json() if response.status != 204 else None


async def test_faults_are_set_shown_and_cleared_over_http(openai: SandboxClient) -> None:
    fault = {"kind": "rate_limited", "provider": "openai", "operation": "list", "times": 2, "retry_after": 9}
    assert await _control(openai, "POST", "/faults", fault) == (201, fault)
    answer = await openai.list()
    assert (answer.status, answer.headers["retry-after"]) == (429, "9")
    assert await _control(openai, "GET", "/faults") == (200, {"faults": [{**fault, "times": 1}]})
    assert await _control(openai, "DELETE", "/faults") == (204, None)
    assert (await openai.list()).status == 200


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"kind": "explode"}, "unknown kind 'explode'"),
        ({"provider": "openai"}, "kind is required"),
        ({"kind": "hang", "times": "3"}, "times must be a whole number"),
        ({"kind": "hang", "wings": 2}, "unknown parameter of hang 'wings'"),
        (["hang"], "the body must be a JSON object"),
    ],
)
async def test_a_fault_that_does_not_exist_is_refused(openai: SandboxClient, fault: object, message: str) -> None:
    status, body = await _control(openai, "POST", "/faults", fault)
    assert status == 400
    assert body["error"].startswith(message)


async def test_catalogues_change_over_http(openai: SandboxClient) -> None:
    change = {"add": [{"id": "gpt-new"}], "change": [{"id": "gpt-4o", "owned_by": "me"}], "remove": ["gpt-4.1"]}
    assert (await _control(openai, "POST", "/catalogue/openai", change))[0] == 204
    listed = {model["id"]: model["owned_by"] for model in (await openai.list()).json()["data"]}
    assert ("gpt-new" in listed, listed["gpt-4o"], "gpt-4.1" in listed) == (True, "me", False)
    assert await _control(openai, "POST", "/catalogue/openai", {"remove": ["gpt-99"]}) == (
        400,
        {"error": "no model 'gpt-99'"},
    )
    assert (await _control(openai, "POST", "/catalogue/skynet", {}))[0] == 400
    assert (await _control(openai, "POST", "/catalogue/openai", {"drop": []}))[0] == 400


async def test_requests_are_remembered_with_headers_and_body(openai: SandboxClient) -> None:
    await openai.chat("Remember me", temperature=0.5)
    kept = openai.sandbox.requests[-1]
    assert (kept.method, kept.path, kept.provider, kept.operation) == (
        "POST",
        "/openai/v1/chat/completions",
        "openai",
        "chat",
    )
    assert kept.headers["authorization"] == f"Bearer {openai.key}"
    assert kept.json is not None
    assert kept.json["temperature"] == 0.5
    assert (await kept.wait_ended(), kept.status) == ("answered", 200)
    _, shown = await _control(openai, "GET", "/requests")
    assert [request["path"] for request in shown["requests"]] == [kept.path]
    await _control(openai, "DELETE", "/requests")
    assert not openai.sandbox.requests


async def test_a_client_that_disconnects_is_noticed_in_the_middle_of_a_stream(openai: SandboxClient) -> None:
    openai.sandbox.faults.add(kind="slow_stream", seconds=0.05)
    task = asyncio.create_task(openai.chat("sandbox:words=500", stream=True))
    await openai.sandbox.wait_for_requests(1)
    await asyncio.sleep(0.2)
    assert openai.sandbox.requests[-1].ending == "pending"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await openai.sandbox.requests[-1].wait_ended() == "disconnected"


async def test_the_guide_names_every_endpoint_key_and_fault(openai: SandboxClient) -> None:
    text = guide(openai.sandbox.url)
    _, described = await _control(openai, "GET", "")
    for name in PROVIDERS:
        assert openai.sandbox.endpoint(name) in text
        assert described["providers"][name]["endpoint"] == openai.sandbox.endpoint(name)
        assert all(key.value in text and key.summary in text for key in KEYS[name].values())
    assert set(described["faults"]) >= {"hang", "long_line"}


async def test_a_sandbox_that_is_stopped_lets_go_of_hanging_requests(http: aiohttp.ClientSession) -> None:
    sandbox = Sandbox()
    await sandbox.start()
    sandbox.faults.add(kind="hang")
    task = asyncio.create_task(SandboxClient(sandbox, http, "openai").list())
    await sandbox.wait_for_requests(1)
    await asyncio.wait_for(sandbox.stop(), 2)
    with pytest.raises(aiohttp.ClientError):
        await task
    await sandbox.stop()


async def test_a_port_that_is_taken_is_refused(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        await Sandbox().start(port=port)


async def test_waiting_for_a_request_that_does_not_come_ends(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError):
        await sandbox.wait_for_requests(1, seconds=0.01)


async def test_a_large_body_is_not_kept_but_its_size_is(openai: SandboxClient) -> None:
    await openai.chat("x" * 300_000)
    assert openai.sandbox.requests[-1].json is None
    assert openai.sandbox.requests[-1].body_size > 300_000
