"""A client of the change feed, as browsers are: it comes back with the id of the last event."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientTimeout, StreamReader

from tests.e2e.api_client import Api

EVENTS = "/api/ai/events"
PATIENCE = 20.0


@dataclass
class Follower:
    """A client that reads events and remembers the id of the last one."""

    api: Api
    events: list[dict[str, Any]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    last_id: str = ""
    connections: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    read: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self, *, until: int, after: int | None = None) -> None:
        """Read until there are this many events, the stream ends, or the connection breaks."""
        headers = {"Authorization": f"Bearer {self.api.token}"}
        if self.last_id:
            headers["Last-Event-ID"] = self.last_id
        query = {} if after is None else {"after": str(after)}
        async with self.api.session.get(
            self.api.url + EVENTS, headers=headers, params=query, timeout=ClientTimeout(total=PATIENCE)
        ) as response:
            assert response.status == 200
            self.connections += 1
            await self._read(response.content, until)

    async def _read(self, content: StreamReader, until: int) -> None:
        message: dict[str, str] = {}
        while len(self.events) < until and not self.ends:
            line = (await content.readline()).decode()
            if not line:
                return
            name, _, value = line.rstrip("\n").partition(": ")
            if name:
                message[name] = value
                continue
            self._take(message)
            message = {}

    def _take(self, message: dict[str, str]) -> None:
        if "event" in message:
            self.ends.append(json.loads(message["data"])["reason"])
        elif "id" in message:
            self.last_id = message["id"]
            self.begun.set()
            if "data" in message:
                self.events.append(json.loads(message["data"]))
                assert message["id"] == str(self.events[-1]["position"])
                self.read.set()

    async def caught_up(self, count: int) -> None:
        """Wait until this many events have been read."""
        async with asyncio.timeout(PATIENCE):
            while len(self.events) < count:
                self.read.clear()
                await self.read.wait()
