"""Clients that list, prompt, stream, follow, probe and administer, and what must not be of their answers."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Final
from uuid import UUID

import aiohttp
from aiohttp import web

from benchmarks.soak.deployment import Deployment
from benchmarks.soak.http_client import Answer, Client
from benchmarks.soak.journal import Call, Journal
from benchmarks.soak.writers import KEYS, MODELS, PROVIDERS

MODEL: Final = "gpt-4o"
_CHAT: Final = "/v1/chat/completions"
_PAUSE_SECONDS: Final = 0.1
_FOLLOWING: Final = aiohttp.ClientTimeout(total=None, sock_connect=5.0, sock_read=45.0)
_STREAMING: Final = aiohttp.ClientTimeout(total=60.0, sock_connect=5.0)
_JOB_SECONDS: Final = 120.0


@dataclass(slots=True)
class Reader:
    """Reads and prompts in one organization; `client` has its administrator's token, `program` an access key."""

    client: Client
    program: Client
    poor_program: Client
    journal: Journal
    organization_id: UUID
    has_to_stop: asyncio.Event

    async def list_on(self) -> None:
        """Request one list after the other; each row has to be the organization's own."""
        lists = (MODELS, PROVIDERS, f"{MODELS}?limit=20&sort=-createdAt", KEYS, "/api/ai/audit?limit=20")
        for turn in count():
            if self.has_to_stop.is_set():
                return
            answer = await self.client.ask("GET", lists[turn % len(lists)])
            self._note("lists", answer, {200, 503})
            if answer is not None and answer.status == 200:
                strangers = {row.get("organizationId", str(self.organization_id)) for row in answer.document["data"]}
                if strangers - {str(self.organization_id)}:
                    self.journal.fault(f"a list has rows of {strangers}")
            await asyncio.sleep(_PAUSE_SECONDS)

    async def prompt_on(self) -> None:
        """Prompt one time after the other; every fifth time with the key that has a small budget."""
        for turn in count():
            if self.has_to_stop.is_set():
                return
            body = {
                "model": MODEL,
                "messages": [{"role": "user", "content": f"Say {turn}."}],
                # As much is what a call counts whose cost stays unknown, as that of one that hangs does.
                "max_tokens": 100,
                "deadlineSeconds": 10,
            }
            program = self.poor_program if turn % 5 == 4 else self.program
            answer = await program.ask("POST", _CHAT, body)
            refused = {429} if program is self.poor_program else set()
            self._note("prompts", answer, {200, 502, 503, 504} | refused)
            if answer is not None and answer.status == 200:
                self.journal.calls.append(Call(answer.headers["X-Request-Id"], time.time()))
            await asyncio.sleep(_PAUSE_SECONDS)

    async def stream_on(self) -> None:
        """Have one stream after the other; one that ends properly has its end, or says why not."""
        content = "Count. sandbox:words=40"
        body = {"model": MODEL, "messages": [{"role": "user", "content": content}], "stream": True, "idleSeconds": 5}
        headers = {"Authorization": f"Bearer {self.program.credential}"}
        while not self.has_to_stop.is_set():
            outcome = "no answer"
            try:
                async with self.program.session.post(
                    self.program.url + _CHAT, json=body, headers=headers, timeout=_STREAMING
                ) as response:
                    text = await response.text()
                    outcome = "done" if response.status == 200 and "[DONE]" in text else str(response.status)
                    if response.status not in {200, 502, 503, 504}:
                        self.journal.fault(f"a stream: {response.status} {text[:300]}")
                    elif response.status == 200 and "[DONE]" not in text and '"error"' not in text:
                        self.journal.fault(f"a stream ended without its end: {text[-300:]!r}")
                    elif outcome == "done":
                        self.journal.calls.append(Call(response.headers["X-Request-Id"], time.time()))
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            self.journal.count("streams", outcome)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def test_on(self) -> None:
        """Test the provider now and then, as a person does."""
        while not self.has_to_stop.is_set():
            body = {"providerType": "openai", "endpoint": "https://127.0.0.1:1/v1", "apiKey": "sk-none-of-anybody"}
            self._note("tests", await self.client.ask("POST", f"{PROVIDERS}/test", body), {200, 503})
            await asyncio.sleep(2.0)

    def _note(self, kind: str, answer: Answer | None, allowed: set[int]) -> None:
        if answer is not None and answer.status not in allowed:
            self.journal.fault(f"{kind}: {answer.status} {answer.text[:300]}")
        self.journal.count(kind, "no answer" if answer is None else _outcome(answer.status))


@dataclass(slots=True)
class Follower:
    """Follows an organization's events from the first one on, as a browser does."""

    client: Client
    journal: Journal
    has_to_stop: asyncio.Event
    position: int = 0

    async def follow_on(self) -> None:
        """Connect again and again; every position has to come once, in order."""
        while not self.has_to_stop.is_set():
            try:
                await self._follow()
            except (aiohttp.ClientError, OSError, TimeoutError):
                self.journal.count("followers", "broken off")
            await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        headers = {"Authorization": f"Bearer {self.client.credential}", "Last-Event-ID": str(self.position)}
        url = f"{self.client.url}/api/ai/events"
        async with self.client.session.get(url, headers=headers, timeout=_FOLLOWING) as response:
            if response.status != 200:
                self.journal.count("followers", str(response.status))
                if response.status != 503:
                    self.journal.fault(f"a follower: {response.status} {(await response.text())[:300]}")
                return
            async for line in response.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event" and value == "start-over":
                    self.journal.fault("a follower is to start over: the log has gone back")
                elif name == "data" and '"position"' in value:
                    self._take(json.loads(value)["position"])

    def _take(self, position: int) -> None:
        if position != self.position + 1:
            self.journal.fault(f"a follower got position {position} after {self.position}")
        self.position = position
        self.journal.count("followers", "done")


@dataclass(slots=True)
class Receiver:
    """Receives an organization's webhook."""

    deployed: Deployment
    positions: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        if self.deployed.are_receivers_broken:
            return web.Response(status=500)
        position = json.loads(await request.read()).get("data", {}).get("position")
        if position is not None:
            self.positions.append(position)
        return web.Response(status=204)


@dataclass(slots=True)
class Administrator:
    """Rebuilds and verifies the projections in turn; nothing may ever differ."""

    client: Client
    journal: Journal
    has_to_stop: asyncio.Event

    async def administer_on(self) -> None:
        tasks = [(name, task) for task in ("verify", "rebuild") for name in ("ai_models", "ai_providers")]
        for turn in count():
            if self.has_to_stop.is_set():
                return
            name, task = tasks[turn % len(tasks)]
            answer = await self.client.ask(
                "POST", f"/api/admin/projections/{name}/{task}", {"full": True} if task == "verify" else {}
            )
            self.journal.count("rebuilds", "no answer" if answer is None else _outcome(answer.status))
            if answer is not None and answer.status == 202:
                await self._see_to(answer.document["id"])
            elif answer is not None and answer.status not in {409, 503}:
                self.journal.fault(f"{task} of {name}: {answer.status} {answer.text[:300]}")
            await asyncio.sleep(5.0)

    async def _see_to(self, job_id: str) -> None:
        deadline = time.monotonic() + _JOB_SECONDS
        while time.monotonic() < deadline:
            answer = await self.client.ask("GET", f"/api/admin/jobs/{job_id}")
            if answer is not None and answer.status == 200 and answer.document["state"] not in {"queued", "running"}:
                result = answer.document.get("result") or {}
                found = [entry for entry in result.get("data", []) if entry["differences"]["count"]]
                if found:
                    self.journal.fault(f"a projection differs from the log: {found}")
                self.journal.count("jobs", answer.document["state"])
                return
            await asyncio.sleep(0.5)
        self.journal.fault(f"job {job_id} has not ended within {_JOB_SECONDS:g} s")


@dataclass(slots=True)
class Prober:
    """Asks whether the service lives and is ready, twice a second."""

    client: Client
    journal: Journal
    has_to_stop: asyncio.Event

    async def probe_on(self) -> None:
        while not self.has_to_stop.is_set():
            for path, allowed in (("/healthz", {200}), ("/readyz", {200, 503})):
                answer = await self.client.ask("GET", path)
                if answer is not None and answer.status not in allowed:
                    self.journal.fault(f"{path}: {answer.status} {answer.text[:200]}")
                self.journal.count(path, "no answer" if answer is None else _outcome(answer.status))
            await asyncio.sleep(0.5)


def _outcome(status: int) -> str:
    return "done" if status < 300 else str(status)
