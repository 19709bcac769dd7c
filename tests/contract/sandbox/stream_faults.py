"""What a client sees of the faults that only streams have; each function checks the fault of its name."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.contract.sandbox.sandbox_client import SandboxClient, chat_body, chat_path, key_headers


async def chunks(talk: SandboxClient) -> AsyncIterator[bytes]:
    """The pieces of a streamed answer, as they come off the wire."""
    body = chat_body(talk.provider, "gpt-4o", "Hello there", stream=True)
    url = talk.sandbox.endpoint(talk.provider) + chat_path(talk.provider, "gpt-4o", stream=True)
    async with talk.http.post(url, json=body, headers=key_headers(talk.provider, talk.key)) as response:
        assert response.status == 200
        async for chunk in response.content.iter_any():
            yield chunk


async def collect(talk: SandboxClient, received: bytearray) -> None:
    """Put what comes of a streamed answer into `received`, where it stays when this is cut short."""
    async for chunk in chunks(talk):
        received += chunk


async def slow_stream(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="slow_stream", seconds=0.02)
    times = [time.monotonic() async for _ in chunks(talk)]
    assert len(times) >= 3
    assert times[-1] - times[0] >= 0.02 * (len(times) - 2)


async def hang_mid_stream(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="hang_mid_stream", after=2)
    received = bytearray()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(collect(talk, received), 0.4)
    assert received.count(b"data: ") == 2
    assert await talk.sandbox.requests[-1].wait_ended() == "disconnected"


async def error_event(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="error_event", after=2)
    answer = await talk.chat(stream=True)
    assert (answer.status, len(answer.events())) == (200, 3)
    assert answer.events()[-1]["error"]["code"] == "server_is_overloaded"
    assert "[DONE]" not in answer.text


async def truncated_stream(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="truncated_stream", after=3)
    answer = await talk.chat(stream=True)
    events = answer.text.split("\n\n")
    assert len(events) == 4
    assert events[-1].startswith("data: {")
    assert not events[-1].endswith("}")


async def missing_end(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="missing_end", events=2)
    answer = await talk.chat(stream=True)
    assert answer.text.endswith("}\n\n")
    assert all(event["choices"][0]["finish_reason"] is None for event in answer.events())


async def pings_at_the_end(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="pings_at_the_end", events=2, seconds=0.01)
    received = bytearray()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(collect(talk, received), 0.4)
    assert b'"finish_reason":"stop"' not in received
    assert b"[DONE]" not in received
    assert received.count(b": ping\n\n") > 1
    talk.sandbox.faults.clear()


async def long_line(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="long_line")
    answer = await talk.chat(stream=True)
    assert max(len(line) for line in answer.text.splitlines()) > 200 * 1024
    assert len(answer.events()[2]["choices"][0]["delta"]["content"]) == 200 * 1024


async def split_utf8(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="split_utf8")
    pieces = [chunk async for chunk in chunks(talk)]
    broken = 0
    for chunk in pieces:
        try:
            chunk.decode()
        except UnicodeDecodeError:
            broken += 1
    assert broken >= 2
    assert "“Hello" in b"".join(pieces).decode()
