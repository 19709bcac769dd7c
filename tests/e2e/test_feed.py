"""The change feed as a frontend uses it: live, resumed by Last-Event-ID, across restarts of the service."""

import asyncio
import time
from dataclasses import replace

from aiohttp import ClientError

from entrypoints.http.authorization import Role
from entrypoints.serve import address_of, listening_socket
from entrypoints.server_process import running
from tests.databases import Database
from tests.e2e.api_client import KEYS, PROVIDERS, Api, path_of
from tests.e2e.feed_follower import Follower
from tests.e2e.running_service import a_runtime
from tests.http_service import SECRET


async def test_what_happens_is_reported_at_once_to_the_organization_alone(api: Api) -> None:
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


async def test_a_revoked_key_receives_no_more_events(api: Api) -> None:
    key = await api.access_key(scope="read")
    follower = Follower(replace(api, token=key["secret"]))
    following = asyncio.create_task(follower.follow(until=10))
    await follower.begun.wait()
    await api.provider()
    await follower.caught_up(1)
    await api.patch(f"{KEYS}/{key['id']}", {"isEnabled": False})
    await api.provider()
    await following
    assert ([event["type"] for event in follower.events], follower.ends) == (["provider.registered"], ["renew"])


async def test_what_was_missed_is_reported_first(api: Api) -> None:
    first = await api.provider()
    second = await api.provider()
    follower = Follower(api)
    await follower.follow(until=1, after=0)
    assert [event["aggregateId"] for event in follower.events] == [first["id"]]
    await follower.follow(until=2, after=0)
    assert [event["aggregateId"] for event in follower.events] == [first["id"], second["id"]]


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
                await followers[0].caught_up(len(written))
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
