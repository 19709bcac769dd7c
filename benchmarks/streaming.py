"""Many streams at once through the service, beside a bare proxy to the same provider in the same run."""

import asyncio
import json
import multiprocessing
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final
from uuid import uuid4

import aiohttp
import psutil
import uvloop
from aiohttp import web

from benchmarks.environment import PATIENCE_SECONDS, Database, headers, service
from benchmarks.load import processor_seconds, request_bytes
from benchmarks.proxy import proxy
from benchmarks.report import Report
from benchmarks.upstream import registered
from entrypoints.serve import listening_socket

_HOST: Final = "127.0.0.1"
_STREAMS: Final = 100
_DELTAS: Final = 200
_ROUNDS: Final = 5
_BARE: Final = "bare aiohttp proxy"
_MODEL: Final = "gpt-4o"


@dataclass(frozen=True, slots=True)
class Streams:
    """Deltas a second over all streams, the median time to the first delta in milliseconds, and the processor time.

    The latter is that of the process in the middle, in microseconds for each delta.
    """

    per_second: float
    first_ms: float
    processor_us: float


def measure_streams(data: Database, report: Report) -> None:
    """Measure 100 streams at once of 200 deltas each; the provider writes as quickly as it can."""
    with _provider() as address:
        body = {
            "name": "Streams",
            "providerType": "openai_compatible",
            "endpoint": f"http://{address}/v1",
            "apiKey": "sk-streaming-benchmark",
        }
        ours = _through_the_service(data, address, body)
        with proxy(body, "/chat/completions") as bare:
            request = _request("/", {"Content-Type": "application/json"})
            others = uvloop.run(_streamed(bare.host, bare.port, request, bare.process))
    name = f"{_STREAMS} streams of {_DELTAS} deltas"
    report.add(name, ours.per_second, "deltas/s", reference=(_BARE, others.per_second))
    report.add(f"{name}, first delta", ours.first_ms, "ms", reference=(_BARE, others.first_ms))
    report.add(f"{name}, processor time of each", ours.processor_us, "us", reference=(_BARE, others.processor_us))


def _through_the_service(data: Database, address: str, body: Mapping[str, str]) -> Streams:
    head = headers(uuid4())
    with service(data, MODELBOOK_EGRESS_ALLOW=address) as running:
        base_url = f"http://{running.host}:{running.port}"
        [provider_id] = asyncio.run(registered(base_url, head, [body]))
        asyncio.run(_register_model(base_url, head, provider_id))
        request = _request("/v1/chat/completions", head)
        return uvloop.run(_streamed(running.host, running.port, request, running.process))


async def _register_model(base_url: str, head: Mapping[str, str], provider_id: str) -> None:
    async with aiohttp.ClientSession(base_url, headers=head) as session:
        body = {"providerId": provider_id, "modelId": _MODEL}
        async with session.post("/api/ai/models", json=body) as answer:
            answer.raise_for_status()


def _request(path: str, head: Mapping[str, str]) -> bytes:
    body = {
        "model": _MODEL,
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    return request_bytes("POST", path, head, json.dumps(body).encode())


async def _streamed(host: str, port: int, request: bytes, process: psutil.Process) -> Streams:
    await asyncio.gather(*(_stream(host, port, request) for _ in range(_STREAMS)))
    firsts: list[float] = []
    used_before = processor_seconds(process)
    began = time.perf_counter()
    for _ in range(_ROUNDS):
        firsts += await asyncio.gather(*(_stream(host, port, request) for _ in range(_STREAMS)))
    took = time.perf_counter() - began
    deltas = _ROUNDS * _STREAMS * _DELTAS
    used = processor_seconds(process) - used_before
    return Streams(deltas / took, median(firsts) * 1e3, used / deltas * 1e6)


async def _stream(host: str, port: int, request: bytes) -> float:
    """Return the seconds to the first delta; a stream that is not whole is an error."""
    reader, writer = await asyncio.open_connection(host, port, limit=2**20)
    sent = time.perf_counter()
    writer.write(request)
    content = await reader.readuntil(b'"content":"')
    first = time.perf_counter() - sent
    content += await reader.readuntil(b"[DONE]")
    writer.close()
    if content.count(b'"content":"word') != _DELTAS:
        raise RuntimeError(f"{content.count(b'content')} deltas: {content[:500]!r}")
    return first


@contextmanager
def _provider() -> Iterator[str]:
    """Start a provider that streams as many deltas, and return its host and port."""
    listener = listening_socket(_HOST, 0)
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(listener,), daemon=True)
    process.start()
    try:
        yield "{}:{}".format(*listener.getsockname())
    finally:
        process.terminate()
        process.join(PATIENCE_SECONDS)
        listener.close()


def _chunk(delta: Mapping[str, str], *, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _event({"choices": [choice], "usage": None})


def _event(fields: Mapping[str, object]) -> bytes:
    head = {"id": "chatcmpl-benchmark", "object": "chat.completion.chunk", "created": 1, "model": _MODEL}
    return b"data: " + json.dumps({**head, **fields}, separators=(",", ":")).encode() + b"\n\n"


def _serve(listener: socket.socket) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": _DELTAS, "total_tokens": 9 + _DELTAS}
    events = [
        _chunk({"role": "assistant"}),
        *(_chunk({"content": f"word {number} "}) for number in range(_DELTAS)),
        _chunk({}, finish="stop"),
        _event({"choices": [], "usage": usage}),
        b"data: [DONE]\n\n",
    ]

    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        for event in events:
            await stream.write(event)
            # One packet each, as from a provider that thinks between words.
            await asyncio.sleep(0)
        return stream

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        await asyncio.Event().wait()

    uvloop.run(serve())
