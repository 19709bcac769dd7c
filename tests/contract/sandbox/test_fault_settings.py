"""Setting faults and changing catalogues."""

import time
from collections.abc import Callable

import aiohttp
import pytest

from sandbox.faults.fault_queue import UnknownFault
from sandbox.providers.provider_registry import PROVIDERS
from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import SandboxClient


@pytest.fixture
def openai(sandbox: Sandbox, http: aiohttp.ClientSession) -> SandboxClient:
    return SandboxClient(sandbox, http, "openai")


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_every_refusal_can_be_had_as_a_fault_on_a_key_that_works(
    sandbox: Sandbox, http: aiohttp.ClientSession, provider: str
) -> None:
    talk = SandboxClient(sandbox, http, provider)
    for name, case in PROVIDERS[provider].cases.items():
        sandbox.faults.add(kind=name, provider=provider, operation="stream", times=1)
        refused, after = await talk.chat(stream=True), await talk.chat(stream=True)
        assert (name, refused.status) == (name, case.status)
        assert '"error' in refused.text or refused.status >= 400
        assert (name, after.status, '"error"' in after.text) == (name, 200, False)


async def test_a_fault_is_played_as_often_as_it_was_set_and_in_order(openai: SandboxClient) -> None:
    openai.sandbox.faults.add(kind="status", status=500, times=2)
    openai.sandbox.faults.add(kind="html_502", times=1)
    assert [(await openai.list()).status for _ in range(4)] == [500, 500, 502, 200]


async def test_a_fault_is_only_for_its_provider_and_operation(
    openai: SandboxClient, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    sandbox.faults.add(kind="status", provider="openai", operation="stream", status=500)
    assert [(await openai.list()).status, (await openai.chat()).status] == [200, 200]
    assert (await SandboxClient(sandbox, http, "groq").chat(stream=True)).status == 200
    assert (await openai.chat(stream=True)).status == 500


async def test_a_cleared_fault_is_gone(openai: SandboxClient) -> None:
    openai.sandbox.faults.add(kind="hang")
    openai.sandbox.faults.clear()
    assert (await openai.list()).status == 200


async def test_any_fault_can_be_delayed(openai: SandboxClient) -> None:
    openai.sandbox.faults.add(kind="status", status=503, delay=0.1)
    started = time.monotonic()
    assert (await openai.list()).status == 503
    assert time.monotonic() - started >= 0.1


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"kind": "explode"}, "unknown kind 'explode'; known: delay, "),
        ({"kind": "no_credit", "provider": "openai", "operation": "sing"}, "unknown operation 'sing'"),
        ({"kind": "no_credit", "provider": "skynet"}, "unknown provider 'skynet'"),
        ({"kind": "key_leaked", "provider": "openai"}, "unknown kind 'key_leaked'"),
        ({"kind": "delay", "minutes": 1}, "unknown parameter of delay 'minutes'; known: seconds, delay"),
        ({"kind": "delay", "seconds": "1"}, "seconds must be int or float, not str"),
        ({"kind": "delay", "seconds": True}, "seconds must be int or float, not bool"),
        ({"kind": "hang", "times": 0}, "times must be 1 or more"),
    ],
)
def test_an_unknown_fault_is_refused_with_what_there_is(
    sandbox: Sandbox, fault: dict[str, object], message: str
) -> None:
    add: Callable[..., object] = sandbox.faults.add
    with pytest.raises(UnknownFault) as refused:
        add(**fault)
    assert str(refused.value).startswith(message)
    assert sandbox.faults.pending() == []


async def test_a_model_that_comes_changes_and_goes(openai: SandboxClient) -> None:
    catalogue = openai.sandbox.catalogue("openai")
    catalogue.add("gpt-sandbox", created=1, kind="chat")
    catalogue.change("gpt-4o", shutdown_date="2026-12-31")
    catalogue.remove("whisper-1")
    listed = {model["id"]: model for model in (await openai.list()).json()["data"]}
    assert listed["gpt-sandbox"]["created"] == 1
    assert listed["gpt-4o"]["shutdown_date"] == "2026-12-31"
    assert "whisper-1" not in listed
    assert (await openai.chat(model="gpt-sandbox")).json()["model"] == "gpt-sandbox"


async def test_changes_end_with_their_sandbox(openai: SandboxClient) -> None:
    openai.sandbox.catalogue("openai").remove("gpt-4o")
    async with Sandbox() as other:
        assert (await SandboxClient(other, openai.http, "openai").chat()).status == 200
