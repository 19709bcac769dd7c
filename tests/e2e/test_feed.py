"""The change feed as a frontend uses it: live, resumed by Last-Event-ID, across restarts of the service."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientError, ClientTimeout, StreamReader

from entrypoints.http.principal import Role
from entrypoints.service import running
from entrypoints.serving import address_of, listening_socket
from tests.e2e.api import PROVIDERS, path_of
from tests.e2e.service import a_runtime
from tests.http_service import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Database, Databases
    from tests.e2e.api import Api

EVENTS = "/api/ai/events"
PATIENCE = 20.0


@dataclass
class Follower:
    """A client that reads events and remembers the id of the last one."""

    api: Api
    events: list[dict[str, Any]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    last_id: str = ""
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


async def test_what_happens_is_told_at_once_to_the_organization_alone(api: Api) -> None:
    other = Follower(api.elsewhere())
    listening = asyncio.create_task(other.follow(until=1))
    follower = Follower(api.of(Role.VIEWER))
    following = asyncio.create_task(follower.follow(until=2))
    await follower.begun.wait()
    provider = await api.provider()
    begun = time.perf_counter()
    reply = await api.patch(path_of(provider), {"name": f"{provider['name']} again"})
    await following
    assert time.perf_counter() - begun < 2
    first, second = follower.events
    assert (first["type"], second["type"]) == ("provider.registered", "provider.renamed")
    assert second | {"at": None} == {
        "sequence": 2,
        "position": reply.position,
        "type": "provider.renamed",
        "aggregateId": provider["id"],
        "revision": 2,
        "at": None,
        "actor": "user-1",
    }
    listening.cancel()
    await asyncio.wait({listening})
    assert other.events == []


async def test_what_was_missed_is_told_first(api: Api) -> None:
    first = await api.provider()
    second = await api.provider()
    follower = Follower(api)
    await follower.follow(until=1, after=0)
    assert [event["aggregateId"] for event in follower.events] == [first["id"]]
    await follower.follow(until=2, after=0)
    assert [event["aggregateId"] for event in follower.events] == [first["id"], second["id"]]


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    database = databases.migrated()
    yield database
    databases.drop(database)


async def test_nothing_is_lost_or_repeated_across_restarts(api: Api, database: Database) -> None:
    """The clients hold on to their last id, whatever becomes of the service and of their connections."""
    runtime = a_runtime(database)
    followers = [Follower(replace(api, secret=SECRET)) for _ in range(3)]
    written: list[int] = []
    for life in range(3):
        with listening_socket("127.0.0.1", 0) as listener:
            async with running(runtime, listener):
                here = replace(api, url=address_of(listener))
                tasks = [asyncio.create_task(_come_back(follower, here)) for follower in followers]
                for number in range(6):
                    reply = await here.post(PROVIDERS, {"name": f"{life}-{number}", "providerType": "openai"})
                    written.append(reply.position)
                await _caught_up(followers[0], len(written))
        await asyncio.gather(*tasks)
        assert {follower.ends.pop() for follower in followers if follower.ends} <= {"shutdown"}
    for follower in followers:
        assert [event["position"] for event in follower.events] == written[: len(follower.events)]
    assert len(followers[0].events) == len(written) == 18


async def _come_back(follower: Follower, api: Api) -> None:
    """Follow, breaking off after every third event, until the service ends."""
    follower.api = api
    try:
        while not follower.ends:
            await follower.follow(until=len(follower.events) + 3, after=0)
    except (ClientError, TimeoutError):
        return


async def _caught_up(follower: Follower, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(follower.events) < count:
            follower.read.clear()
            await follower.read.wait()


async def test_the_service_does_not_wait_for_those_who_follow(api: Api, database: Database) -> None:
    with listening_socket("127.0.0.1", 0) as listener:
        async with running(a_runtime(database), listener):
            follower = Follower(replace(api, url=address_of(listener)))
            following = asyncio.create_task(follower.follow(until=1))
            await follower.begun.wait()
            begun = time.perf_counter()
        assert time.perf_counter() - begun < 5
        await following
    assert follower.ends == ["shutdown"]
