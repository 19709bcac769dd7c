"""A bare aiohttp proxy to one provider: what anybody who hands requests on has to do at least."""

import asyncio
import multiprocessing
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
import psutil
import uvloop
from aiohttp import web

from benchmarks.environment import PATIENCE_SECONDS
from entrypoints.serve import listening_socket

_HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy in a process of its own; it takes POST on `/`."""

    host: str
    port: int
    process: psutil.Process


@contextmanager
def proxy(provider: Mapping[str, str], path: str) -> Iterator[Proxy]:
    """Start a proxy to a path of the provider, given the body that registers it, and stop it in the end."""
    listener = listening_socket(_HOST, 0)
    key = provider["apiKey"]
    own = {"x-api-key": key, "anthropic-version": "2023-06-01"}
    head = own if provider["providerType"] == "anthropic" else {"Authorization": f"Bearer {key}"}
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(listener, provider["endpoint"] + path, head), daemon=True
    )
    process.start()
    try:
        host, port = listener.getsockname()
        yield Proxy(host, port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.join(PATIENCE_SECONDS)
        listener.close()


def _serve(listener: socket.socket, url: str, head: Mapping[str, str]) -> None:
    async def serve() -> None:
        unlimited = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(
            connector=unlimited, headers={**head, "Content-Type": "application/json"}
        ) as session:

            async def handle(request: web.Request) -> web.StreamResponse:
                async with session.post(url, data=await request.read()) as answer:
                    if answer.content_type != "text/event-stream":
                        body = await answer.read()
                        return web.Response(status=answer.status, body=body, content_type="application/json")
                    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
                    await stream.prepare(request)
                    async for chunk in answer.content.iter_any():
                        await stream.write(chunk)
                    return stream

            app = web.Application()
            app.router.add_post("/", handle)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            await web.SockSite(runner, listener).start()
            await asyncio.Event().wait()

    uvloop.run(serve())
