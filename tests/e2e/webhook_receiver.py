"""A receiver of webhooks: verifies what arrives with the library of Standard Webhooks, and answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it arrived."""

    path: str
    id: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON is what it is
        return json.loads(self.body)

    @property
    def position(self) -> int:
        position: int = self.document["data"]["position"]
        return position

    def is_signed_with(self, secret: str) -> bool:
        """Return whether the library accepts the signature."""
        Webhook(secret).verify(self.body, self.headers)
        return True


@dataclass(slots=True)
class Receiver:
    """Where it is, what has arrived, and with which status it answers from now on. Silent: with none."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    is_silent: bool = False
    delay_seconds: float = 0.0
    received: list[Message] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def types(self) -> list[str]:
        return [message.document["type"] for message in self.received]

    async def has(self, count: int) -> list[Message]:
        """Return what has arrived when so many messages have."""
        return await self._until(count, lambda: len(self.received))

    async def has_positions(self, count: int) -> list[Message]:
        """Return what has arrived when messages of so many events have."""
        return await self._until(count, lambda: len({message.id for message in self.received}))

    async def _until(self, count: int, arrived: Callable[[], int]) -> list[Message]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while arrived() < count:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(f"{arrived()} of {count} messages have arrived") from None
        return self.received

    async def answer(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        self.received.append(Message(request.raw_path, headers["webhook-id"], headers, body))
        self._arrived.set()
        await asyncio.sleep(_PATIENCE_SECONDS if self.is_silent else self.delay_seconds)
        return web.Response(status=self.status, headers=self.headers)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Listen on a free port while the block runs."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{rest:.*}", receiver.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()
