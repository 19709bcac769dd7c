"""Prompts through the service, beside a bare proxy to the same provider in the same run."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import aiohttp
import psutil
import uvloop
from aiohttp import web

from benchmarks.environment import PATIENCE_SECONDS, headers, service
from benchmarks.load import Figures, hammer, request_bytes
from benchmarks.upstream import HOST, played_providers, provider_body, registered
from entrypoints.serving import listening_socket

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from benchmarks.environment import Database
    from benchmarks.report import Report

_SECONDS: Final = 5.0
_PROMPT: Final = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}


def measure_prompts(data: Database, report: Report) -> None:
    """Measure prompts a second and the time added to each, at 1 and 16 clients; the provider answers at once."""
    with played_providers() as sandbox_url:
        body = provider_body(sandbox_url)
        ours = _through_the_service(data, sandbox_url, body)
        bare = {clients: _through_a_proxy(body, clients) for clients in (1, 16)}
    for clients in (1, 16):
        name = f"generate, {clients} clients"
        reference = ("bare aiohttp proxy", bare[clients].per_second)
        report.add(name, ours[clients].per_second, "requests/s", reference=reference)
        for figure, value, other in (
            ("p50", ours[clients].p50_ms, bare[clients].p50_ms),
            ("p99", ours[clients].p99_ms, bare[clients].p99_ms),
            ("processor time of the process", ours[clients].processor_ms, bare[clients].processor_ms),
        ):
            report.add(f"{name}, {figure}", value, "ms", reference=("bare aiohttp proxy", other))


def _through_the_service(data: Database, sandbox_url: str, body: Mapping[str, str]) -> Mapping[int, Figures]:
    head = headers(uuid4())
    with service(data, MODELBOOK_EGRESS_ALLOW=sandbox_url.removeprefix("http://")) as running:
        base_url = f"http://{running.host}:{running.port}"
        [provider_id] = asyncio.run(registered(base_url, head, [body]))
        model_id = asyncio.run(_model(base_url, head, provider_id))
        content = json.dumps({"modelId": model_id, "prompt": "Hello"}).encode()
        request = request_bytes("POST", "/api/ai/generate", head, content)
        return {
            clients: uvloop.run(
                hammer(
                    running.host,
                    running.port,
                    lambda _: request,
                    clients=clients,
                    seconds=_SECONDS,
                    server=running.process,
                )
            )
            for clients in (1, 16)
        }


async def _model(base_url: str, head: Mapping[str, str], provider_id: str) -> str:
    async with aiohttp.ClientSession(base_url, headers=head) as session:
        body = {"providerId": provider_id, "modelId": "gpt-4o"}
        async with session.post("/api/ai/models", json=body) as answer:
            answer.raise_for_status()
            model_id: str = (await answer.json())["id"]
            return model_id


def _through_a_proxy(body: Mapping[str, str], clients: int) -> Figures:
    listener = listening_socket(HOST, 0)
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_proxy, args=(listener, body["endpoint"], body["apiKey"]), daemon=True)
    process.start()
    request = request_bytes("POST", "/", {"Content-Type": "application/json"}, json.dumps(_PROMPT).encode())
    try:
        host, port = listener.getsockname()
        server = psutil.Process(process.pid)
        return uvloop.run(hammer(host, port, lambda _: request, clients=clients, seconds=_SECONDS, server=server))
    finally:
        process.terminate()
        process.join(PATIENCE_SECONDS)
        listener.close()


def _proxy(listener: socket.socket, endpoint: str, api_key: str) -> None:
    async def serve() -> None:
        head = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
        async with aiohttp.ClientSession(headers=head) as session:

            async def handle(request: web.Request) -> web.Response:
                async with session.post(f"{endpoint}/chat/completions", data=await request.read()) as answer:
                    return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")

            app = web.Application()
            app.router.add_post("/", handle)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            await web.SockSite(runner, listener).start()
            await asyncio.Event().wait()

    uvloop.run(serve())
