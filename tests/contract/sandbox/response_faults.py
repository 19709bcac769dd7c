"""What a client sees of the faults that any answer may have; each function checks the fault of its name."""

import asyncio
import gzip
import json
import time
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from tests.contract.sandbox.sandbox_client import SandboxClient, key_headers
from tests.contract.sandbox.stream_faults import collect


async def delay(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="delay", seconds=0.1)
    started = time.monotonic()
    answer = await talk.list()
    assert time.monotonic() - started >= 0.1
    assert answer.status == 200


async def slow_body(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="slow_body", seconds=0.15)
    url = talk.sandbox.endpoint("openai") + "/models"
    async with talk.http.get(url, headers=key_headers("openai", talk.key)) as response:
        headers_came = time.monotonic()
        body = await response.json()
    assert time.monotonic() - headers_came >= 0.1
    assert body["object"] == "list"


async def hang(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="hang")
    waiting = asyncio.create_task(talk.list())
    await talk.sandbox.wait_for_requests(1)
    finished, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not finished
    waiting.cancel()
    assert await talk.sandbox.requests[-1].wait_ended() == "disconnected"


async def hold(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="hold")
    waiting = asyncio.create_task(talk.list())
    await talk.sandbox.wait_for_requests(1)
    finished, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not finished
    talk.sandbox.faults.clear()
    assert (await waiting).status == 200


async def status(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="status", status=418, body={"short": "stout"}, headers={"x-pot": "tea"})
    answer = await talk.list()
    assert (answer.status, answer.json(), answer.headers["x-pot"]) == (418, {"short": "stout"}, "tea")


async def rate_limited(talk: SandboxClient) -> None:
    add = talk.sandbox.faults.add
    add(kind="rate_limited", retry_after=7, times=1)
    add(kind="rate_limited", retry_date=60, times=1)
    add(kind="rate_limited", retry_after_ms=90, should_retry=False, times=1)
    add(kind="rate_limited", try_again="1.2s", times=1)
    answers = [await talk.chat() for _ in range(4)]
    assert {answer.status for answer in answers} == {429}
    assert answers[0].headers["retry-after"] == "7"
    wait = parsedate_to_datetime(answers[1].headers["retry-after"]).timestamp() - time.time()
    assert 55 < wait < 61
    assert (answers[2].headers["retry-after-ms"], answers[2].headers["x-should-retry"]) == ("90", "false")
    assert "Please try again in 1.2s." in answers[3].json()["error"]["message"]
    assert "retry-after" not in answers[3].headers


async def endless_body(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="endless_body", times=1)
    size = 0
    url = talk.sandbox.endpoint("openai") + "/models"
    async with talk.http.get(url, headers=key_headers("openai", talk.key)) as response:
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > 5_000_000:
                break
    assert size > 5_000_000
    assert await talk.sandbox.requests[-1].wait_ended() == "disconnected"


async def compressed_bomb(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="compressed_bomb", size=10_000_001)
    url = talk.sandbox.endpoint("openai") + "/models"
    async with talk.http.get(url, headers=key_headers("openai", talk.key), auto_decompress=False) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        packed = await response.read()
    assert len(packed) < 20_000
    assert gzip.decompress(packed) == b" " * 10_000_001


async def redirect(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="redirect", location="http://10.0.0.1/secret", status=307)
    answer = await talk.list()
    assert (answer.status, answer.headers["Location"]) == (307, "http://10.0.0.1/secret")


async def wrong_content_type(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="wrong_content_type")
    answer = await talk.list()
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.json()["object"] == "list"


async def html_502(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="html_502")
    answer = await talk.list()
    assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html")
    assert answer.text.startswith("<html>")


async def invalid_json(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="invalid_json")
    answer = await talk.list()
    assert answer.status == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def dropped_connection(talk: SandboxClient) -> None:
    # Not only once: aiohttp's client quietly repeats a GET whose connection was cut.
    talk.sandbox.faults.add(kind="dropped_connection")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await talk.list()
    assert await talk.sandbox.requests[-1].wait_ended() == "dropped"
    talk.sandbox.faults.clear()
    talk.sandbox.faults.add(kind="dropped_connection", operation="stream", after=2)
    received = bytearray()
    with pytest.raises(aiohttp.ClientPayloadError):
        await collect(talk, received)
    assert received.count(b"data: ") == 2


async def unknown_field(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="unknown_field", name="stream")
    refused = await talk.chat(stream=True)
    assert (refused.status, refused.json()["error"]["message"]) == (
        400,
        "Unrecognized request argument supplied: stream",
    )
    assert (await talk.chat()).status == 200


async def swapped_delivery(talk: SandboxClient) -> None:
    talk.sandbox.faults.add(kind="swapped_delivery")
    whole, streamed = await talk.chat(stream=True), await talk.chat()
    assert whole.json()["object"] == "chat.completion"
    assert streamed.headers["Content-Type"] == "text/event-stream"
    assert streamed.text.endswith("data: [DONE]\n\n")
