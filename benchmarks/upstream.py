"""Providers to call: the sandbox in a process of its own, and requests to it without our service."""

import asyncio
import multiprocessing
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import aiohttp

from sandbox.server import Sandbox

HOST: Final = "127.0.0.1"


@contextmanager
def played_providers(*, niceness: int = 0) -> Iterator[str]:
    """Return the address of a sandbox, without a slash at its end; its process gives way to others by so much."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    process = multiprocessing.get_context("fork").Process(target=_play, args=(port, niceness), daemon=True)
    process.start()
    try:
        asyncio.run(_answering(f"http://{HOST}:{port}"))
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.join(30.0)


def provider_body(sandbox_url: str, provider: str = "openai", *, name: str | None = None) -> Mapping[str, Any]:
    """Return the body that registers one of the sandbox's providers."""
    sandbox = Sandbox()
    return {
        "name": name or provider,
        "providerType": provider,
        "endpoint": sandbox_url + sandbox.endpoint(provider),
        "apiKey": sandbox.key(provider),
    }


async def registered(base_url: str, headers: Mapping[str, str], bodies: list[Mapping[str, Any]]) -> list[str]:
    """Register providers with a service and return their ids."""
    async with aiohttp.ClientSession(base_url, headers=headers) as session:
        ids = []
        for body in bodies:
            async with session.post("/api/ai/providers", json=body) as answer:
                answer.raise_for_status()
                ids.append((await answer.json())["id"])
        return ids


def _play(port: int, niceness: int) -> None:
    os.nice(niceness)

    async def play() -> None:
        sandbox = Sandbox()
        await sandbox.start(HOST, port)
        await asyncio.Event().wait()

    asyncio.run(play())


async def _answering(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(100):
            try:
                async with session.get(f"{url}/_sandbox"):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
    raise TimeoutError("the sandbox does not answer")
