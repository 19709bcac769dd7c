"""An organization whose hosts and name servers hang keeps nobody else from connecting."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.guarded_client import Egress
from adapters.egress.guarded_resolver import SystemResolver
from adapters.egress.name_cache import NameCache
from application.bounds.shares import MOST_OF_ALL
from application.caller import acting_as
from application.ports.outbound_http import OutboundFailure, OutboundRequest, OutboundResponse
from application.request_cleanup import one_request
from tests.builders import a_caller
from tests.contract.egress.loopback import HOST, Conversation, Server, serving
from tests.contract.egress.outbound_calls import a_get, failure_of, trust
from tests.fakes.quotas import shares_of_all

CONNECTIONS, LOOKUPS = "outboundConnections", "nameLookups"
PATIENCE = 10.0


async def hanging(conversation: Conversation) -> None:
    await conversation.until_closed()


async def agreeing(conversation: Conversation) -> None:
    await conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")


def allowed(*servers: Server) -> EgressAllowList:
    return EgressAllowList.parse(",".join(f"{HOST}:{server.port}" for server in servers))


async def asked(egress: Egress, organization_id: UUID, request: OutboundRequest) -> OutboundResponse:
    with acting_as(a_caller(organization_id)):
        return await egress.request(request)


async def test_a_thousand_calls_to_hosts_that_hang_leave_the_others_alone() -> None:
    shares, noisy = shares_of_all(), uuid4()
    async with AsyncExitStack() as stack:
        slow = await stack.enter_async_context(serving(hanging))
        quick = await stack.enter_async_context(serving(agreeing))
        egress = await stack.enter_async_context(Egress(allowed(slow, quick), ssl_context=trust(), shares=shares))
        group = await stack.enter_async_context(asyncio.TaskGroup())
        calls = [
            group.create_task(asked(egress, noisy, a_get(slow.url(), connect_seconds=60, total_seconds=60)))
            for _ in range(1_150)
        ]
        while slow.connections < 256:  # noqa: ASYNC110 - the server counts
            await asyncio.sleep(0.01)
        async with asyncio.timeout(PATIENCE):
            replies = await asyncio.gather(*(asked(egress, uuid4(), a_get(quick.url())) for _ in range(50)))
        assert {reply.status for reply in replies} == {200}
        assert (slow.connections, shares.held(CONNECTIONS, noisy)) == (256, 256)
        for call in calls:
            call.cancel()
    assert shares.held(CONNECTIONS, noisy) == 0


async def test_who_gets_no_connection_in_time_is_told_why() -> None:
    shares, noisy = shares_of_all(outboundConnections=1), uuid4()
    async with (
        serving(hanging) as slow,
        Egress(allowed(slow), ssl_context=trust(), shares=shares) as egress,
        asyncio.TaskGroup() as group,
    ):
        first = group.create_task(asked(egress, noisy, a_get(slow.url(), total_seconds=60)))
        await slow.has_request.wait()
        with acting_as(a_caller(noisy)):
            error = await failure_of(egress, a_get(slow.url(), connect_seconds=0.1))
            with pytest.raises(type(error)):
                async with egress.stream(a_get(slow.url(), connect_seconds=0.1)):
                    pytest.fail("there is no connection")
        assert (error.failure.category, error.was_sent) == ("timeout", False)
        assert "as many calls to providers under way as it may" in error.message
        first.cancel()
    assert shares.held(CONNECTIONS, noisy) == 0


async def test_a_stream_holds_its_connection_until_it_is_left() -> None:
    shares, organization_id = shares_of_all(), uuid4()
    async with serving(agreeing) as server, Egress(allowed(server), ssl_context=trust(), shares=shares) as egress:
        with acting_as(a_caller(organization_id)):
            async with egress.stream(a_get(server.url())):
                assert shares.held(CONNECTIONS, organization_id) == 1
    assert shares.held(CONNECTIONS, organization_id) == 0


async def test_large_answers_wait_for_one_another_and_large_lists_of_models_are_refused() -> None:
    shares, organization_id, size = shares_of_all(bodyBytes=5 * 1024 * 1024), uuid4(), 2 * 1024 * 1024

    async def large(conversation: Conversation) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode()
        await conversation.send(head + b"x" * size)

    async with (
        serving(large) as server,
        Egress(allowed(server), ssl_context=trust(), shares=shares) as egress,
        asyncio.timeout(PATIENCE),
    ):

        async def ask(method: str) -> int:
            with one_request(), acting_as(a_caller(organization_id)):
                request = replace(a_get(server.url(), max_bytes=2 * size), method=method)
                answers = [await egress.request(request) for _ in "ab"]
                return sum(len(answer.body) for answer in answers)

        assert await asyncio.gather(*(ask("POST") for _ in range(8))) == [2 * size] * 8
        # As memory of the organization, twice: the second of them would be too much.
        with pytest.raises(OutboundFailure, match="more and larger requests and answers"):
            await ask("GET")
    assert shares.held("bodyBytes", organization_id) == 0


class HangingNames:
    """Stands in for the system's function: names that begin with `hang` take until the end of the test."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.looked_up: list[str] = []

    def __call__(self, host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        self.looked_up.append(host)
        if host.startswith("hang"):
            self.ended.wait(timeout=60)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", port))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[HangingNames]:
    names = HangingNames()
    monkeypatch.setattr("adapters.egress.guarded_resolver.socket.getaddrinfo", names)
    yield names
    names.ended.set()


async def test_names_that_hang_leave_the_look_ups_of_others_alone(names: HangingNames) -> None:
    shares, noisy, other = shares_of_all(nameLookups=2), uuid4(), uuid4()
    cache = NameCache(SystemResolver(shares), 10)

    async def look_up(organization_id: UUID, host: str) -> str:
        with acting_as(a_caller(organization_id)):
            [found] = await cache.resolve(host, 443)
            return str(found["host"])

    waiting = [asyncio.create_task(look_up(noisy, f"hang{number}.example")) for number in range(100)]
    # It waits for its own look-ups, also where another organization requests the same name.
    waiting.append(asyncio.create_task(look_up(noisy, "shared.example")))
    async with asyncio.timeout(PATIENCE):
        while len(names.looked_up) < 2:  # noqa: ASYNC110 - it is called in a thread
            await asyncio.sleep(0.01)
        assert await look_up(other, "shared.example") == "192.0.2.1"
        # From now on the address is known to all.
        assert await look_up(noisy, "shared.example") == "192.0.2.1"
    assert names.looked_up.count("shared.example") == 1
    assert shares.held(LOOKUPS, noisy) == 2
    # Whoever stops waiting for a thread does not free it.
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert shares.held(LOOKUPS, noisy) == 2
    await cache.close()
    names.ended.set()
    async with asyncio.timeout(PATIENCE):
        while shares.held(LOOKUPS, noisy):  # noqa: ASYNC110 - threads give it back
            await asyncio.sleep(0.01)


async def test_many_organizations_whose_names_hang_leave_a_thread_for_another(names: HangingNames) -> None:
    shares = shares_of_all()
    most, _ = MOST_OF_ALL[LOOKUPS]
    resolver = SystemResolver(shares)

    async def look_up(organization_id: UUID, host: str) -> int:
        with acting_as(a_caller(organization_id)):
            return len(await resolver.resolve(host, 443))

    noisy = [uuid4() for _ in range(8)]
    waiting = [asyncio.create_task(look_up(each, f"hang{number}")) for each in noisy for number in range(10)]
    async with asyncio.timeout(PATIENCE):
        while len(names.looked_up) < most:  # noqa: ASYNC110 - it is called in threads
            await asyncio.sleep(0.01)
        assert await look_up(uuid4(), "quick.example") == 1
    names.ended.set()
    await asyncio.gather(*waiting)
    await resolver.close()
