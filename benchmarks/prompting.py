"""Prompts through the service, beside a bare proxy to the same provider in the same run."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import aiohttp
import psutil
import uvloop

from benchmarks.environment import Database, headers, service
from benchmarks.load import Figures, hammer, request_bytes
from benchmarks.proxy import proxy
from benchmarks.report import Report
from benchmarks.upstream import played_providers, provider_body, registered

_SECONDS: Final = 5.0
_BARE: Final = "bare aiohttp proxy"
_TOOL: Final = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells the weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request to the service, and the one that a bare proxy hands to the same provider for the same answer."""

    name: str
    provider: str
    model: str
    path: str
    body: Mapping[str, Any]
    upstream_path: str
    upstream_body: Mapping[str, Any] | None = None
    clients: tuple[int, ...] = (16,)


_HELLO: Final = [{"role": "user", "content": "Hello"}]
CASES: Final = (
    Case(
        name="prompt",
        provider="openai",
        model="gpt-4o",
        path="/v1/chat/completions",
        body={"messages": _HELLO},
        upstream_path="/chat/completions",
        clients=(1, 16),
    ),
    Case(
        name="generate",
        provider="openai",
        model="gpt-4o",
        path="/api/ai/generate",
        body={"prompt": "Hello"},
        upstream_path="/chat/completions",
        upstream_body={"messages": _HELLO},
    ),
    Case(
        name="tools and thinking, Chat Completions to Messages",
        provider="anthropic",
        model="claude-sonnet-4-5",
        path="/v1/chat/completions",
        body={
            "messages": [{"role": "user", "content": "call weather"}],
            "tools": [_TOOL],
            "reasoning_effort": "low",
            "max_tokens": 4_000,
        },
        upstream_path="/v1/messages",
        upstream_body={
            "messages": [{"role": "user", "content": "call weather"}],
            "max_tokens": 4_000,
            "thinking": {"type": "enabled", "budget_tokens": 2_000},
            "tools": [{"name": "weather", "input_schema": _TOOL["function"]["parameters"]}],  # type: ignore[index]
        },
    ),
    Case(
        name="embeddings of 100 texts",
        provider="openai",
        model="text-embedding-3-small",
        path="/v1/embeddings",
        body={"input": [f"Text number {number} of a hundred" for number in range(100)]},
        upstream_path="/embeddings",
    ),
)


def measure_prompts(data: Database, report: Report) -> None:
    """Measure requests a second and the time added to each; the provider answers at once."""
    with played_providers() as sandbox_url:
        names = {case.provider for case in CASES}
        providers = {name: provider_body(sandbox_url, name) for name in sorted(names)}
        ours = _through_the_service(data, sandbox_url, providers)
        for case in CASES:
            with proxy(providers[case.provider], case.upstream_path) as bare:
                content = {"model": case.model, **(case.upstream_body or case.body)}
                request = request_bytes("POST", "/", {"Content-Type": "application/json"}, json.dumps(content).encode())
                for clients in case.clients:
                    figures = _measured(bare.host, bare.port, request, clients, bare.process)
                    _tell(report, f"{case.name}, {clients} at once", ours[case.name, clients], figures)


def _through_the_service(
    data: Database, sandbox_url: str, providers: Mapping[str, Mapping[str, str]]
) -> Mapping[tuple[str, int], Figures]:
    head = headers(uuid4())
    with service(data, MODELBOOK_EGRESS_ALLOW=sandbox_url.removeprefix("http://")) as running:
        base_url = f"http://{running.host}:{running.port}"
        ids = dict(zip(providers, asyncio.run(registered(base_url, head, list(providers.values()))), strict=True))
        models = asyncio.run(_models(base_url, head, ids))
        found = {}
        for case in CASES:
            is_compatible = case.path.startswith("/v1")
            name = {"model" if is_compatible else "modelId": models[case.provider, case.model]}
            request = request_bytes("POST", case.path, head, json.dumps({**name, **case.body}).encode())
            for clients in case.clients:
                found[case.name, clients] = _measured(running.host, running.port, request, clients, running.process)
        return found


def _measured(host: str, port: int, request: bytes, clients: int, process: psutil.Process) -> Figures:
    return uvloop.run(hammer(host, port, lambda _: request, clients=clients, seconds=_SECONDS, server=process))


def _tell(report: Report, name: str, ours: Figures, bare: Figures) -> None:
    report.add(name, ours.per_second, "requests/s", reference=(_BARE, bare.per_second))
    for figure, value, other in (
        ("p50", ours.p50_ms, bare.p50_ms),
        ("p99", ours.p99_ms, bare.p99_ms),
        ("processor time of the process", ours.processor_ms, bare.processor_ms),
    ):
        report.add(f"{name}, {figure}", value, "ms", reference=(_BARE, other))


async def _models(base_url: str, head: Mapping[str, str], ids: Mapping[str, str]) -> Mapping[tuple[str, str], str]:
    """Register the models of all cases and return their ids."""
    found = {}
    async with aiohttp.ClientSession(base_url, headers=head) as session:
        for provider, model in sorted({(case.provider, case.model) for case in CASES}):
            body = {"providerId": ids[provider], "modelId": model}
            async with session.post("/api/ai/models", json=body) as answer:
                answer.raise_for_status()
                found[provider, model] = (await answer.json())["id"]
    return found
