"""Two serving processes behind nginx, which are restarted in turn while clients read, write and follow streams."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aiohttp
from aiohttp import web

from entrypoints.http.authorization import Role
from tests.e2e.api_client import MODELS, PROVIDERS, a_token
from tests.e2e.processes import Running, serving
from tests.http_service import SECRET
from tests.nginx import Nginx

_DELTAS: Final = 20
_MODEL: Final = "slow-talker"
_PATIENCE: Final = aiohttp.ClientTimeout(total=60.0)


@dataclass(slots=True)
class Pair:
    """The two processes, and nginx before them."""

    settings: Mapping[str, str]
    stacks: list[ExitStack] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    nginx: Nginx | None = None

    def begin(self, port: int = 0) -> tuple[ExitStack, Running, int]:
        """Start a process and wait until it serves."""
        stack = ExitStack()
        running = stack.enter_context(serving("serve", "--port", str(port), **self.settings))
        return stack, running, urlsplit(running.ready()["url"]).port or 0

    def restart(self, number: int) -> None:
        """Stop one of the two as a supervisor does, and start another one in its place."""
        self.running[number].send(signal.SIGTERM)
        assert self.running[number].ended() == 0
        assert "Traceback" not in self.running[number].errors
        self.stacks[number].close()
        self.stacks[number], self.running[number], _ = self.begin(self.ports[number])

    def end(self) -> None:
        """Stop both."""
        for stack in self.stacks:
            stack.close()


@contextmanager
def balanced_pair(settings: Mapping[str, str], *, nginx: str = "") -> Iterator[Pair]:
    """Give two processes that serve, behind nginx with its defaults but for what is said about its servers."""
    pair = Pair(settings)
    with ExitStack() as everything:
        everything.callback(pair.end)
        for _ in range(2):
            stack, running, port = pair.begin()
            pair.stacks.append(stack)
            pair.running.append(running)
            pair.ports.append(port)
        pair.nginx = everything.enter_context(Nginx([f"127.0.0.1:{port}" for port in pair.ports], more=nginx))
        yield pair


@asynccontextmanager
async def slow_provider(seconds: float) -> AsyncIterator[str]:
    """Play a provider whose streamed answers take so long; give its endpoint."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await request.read()
        await response.prepare(request)
        for number in range(_DELTAS):
            await asyncio.sleep(seconds / _DELTAS)
            await response.write(_chunk({"content": f"{number} "}, None))
        await response.write(_chunk({}, "stop") + b"data: [DONE]\n\n")
        return response

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def _chunk(delta: dict[str, str], reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    document = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": _MODEL,
        "choices": [choice],
    }
    return b"data: " + json.dumps(document).encode() + b"\n\n"


@dataclass(slots=True)
class Clients:
    """What clients of the balancer did, and what failed of it."""

    session: aiohttp.ClientSession
    secret: str
    done: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    open_streams: int = 0
    has_to_stop: bool = False
    organization_id: UUID = field(default_factory=uuid4)
    provider_id: str = ""

    @property
    def requests(self) -> int:
        """How many were answered as they should be, without streams."""
        return self.done["read"] + self.done["written"]

    async def register(self, endpoint: str) -> None:
        """Register the slow provider and its model."""
        provider = {"name": "Slow", "providerType": "openai_compatible", "endpoint": endpoint, "apiKey": "sk-slow-1"}
        document = await self._asked("POST", PROVIDERS, 201, provider)
        assert document is not None, self.failures
        self.provider_id = document["id"]
        model = {"providerId": self.provider_id, "modelId": _MODEL, "type": "language", "isEnabled": True}
        assert await self._asked("POST", MODELS, 201, model) is not None, self.failures

    async def go_on(self, number: int) -> None:
        """Read and write in turn until it is enough."""
        count = 0
        while not self.has_to_stop:
            count += 1
            if await self._asked("GET", f"{MODELS}?limit=5", 200) is not None:
                self.done["read"] += 1
            body = {"providerId": self.provider_id, "modelId": f"m-{number}-{count}", "isEnabled": False}
            if await self._asked("POST", MODELS, 201, body) is not None:
                self.done["written"] += 1

    async def stream_on(self) -> None:
        """Have one stream after the other until it is enough; each has to come to its end, with all its words."""
        body = {"model": _MODEL, "messages": [{"role": "user", "content": "Count."}], "stream": True}
        while not self.has_to_stop:
            self.open_streams += 1
            try:
                async with self.session.post("/v1/chat/completions", json=body, headers=self._headers()) as response:
                    text = await response.text()
                if response.status == 200 and text.count('"content"') >= _DELTAS and "[DONE]" in text:
                    self.done["streamed"] += 1
                else:
                    self.failures.append(f"stream: {response.status} {text[-300:]}")
            except aiohttp.ClientError as error:
                self.failures.append(f"stream: {error!r}")
            finally:
                self.open_streams -= 1

    async def _asked(self, method: str, path: str, expected: int, body: object = None) -> Any:  # noqa: ANN401 - JSON
        try:
            async with self.session.request(method, path, json=body, headers=self._headers()) as response:
                text = await response.text()
                if response.status == expected:
                    return json.loads(text)
                self.failures.append(f"{method} {path}: {response.status} {text[:300]}")
        except aiohttp.ClientError as error:
            self.failures.append(f"{method} {path}: {error!r}")
        return None

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {a_token(self.organization_id, Role.ADMIN, secret=self.secret)}"}


@asynccontextmanager
async def clients_of(
    pair: Pair, endpoint: str, *, clients: int, streams: int, secret: str = SECRET
) -> AsyncIterator[Clients]:
    """Let so many clients read and write, and others hold so many streams, until the block ends."""
    assert pair.nginx is not None
    connector = aiohttp.UnixConnector(str(pair.nginx.socket), limit=0)
    async with aiohttp.ClientSession("http://balancer", connector=connector, timeout=_PATIENCE) as session:
        asking = Clients(session, secret)
        await asking.register(endpoint)
        async with asyncio.TaskGroup() as tasks:
            for number in range(clients):
                tasks.create_task(asking.go_on(number))
            for _ in range(streams):
                tasks.create_task(asking.stream_on())
            try:
                yield asking
            finally:
                asking.has_to_stop = True
