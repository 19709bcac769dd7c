"""Requests that stand in line before their first step."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import pytest

from application.loop_time import LoopTime
from tests.contract.http.example_views import THINGS, Things, thing_routes
from tests.contract.http.raw_connections import connected, held
from tests.http_service import Service, a_token

Serve = Callable[..., Awaitable[Service]]

T = TypeVar("T")


@dataclass(slots=True)
class Queue:
    """What requests stand in until they are called."""

    joined: asyncio.Event = field(default_factory=asyncio.Event)
    called: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    queue, run = Queue(), LoopTime.run

    async def run_when_called(self: LoopTime, organization_id: UUID | None, work: Coroutine[Any, Any, T]) -> T:
        queue.joined.set()
        await queue.called.wait()
        return await run(self, organization_id, work)

    monkeypatch.setattr(LoopTime, "run", run_when_called)
    return queue


async def test_it_is_noticed_that_the_client_has_hung_up(serve: Serve, queue: Queue) -> None:
    service = await serve(*thing_routes(Things()))
    async with connected(service) as line:
        await line.begin(THINGS, length=2000, token=a_token())
        await line.send(b'{"name')
        await queue.joined.wait()
        line.writer.transport.abort()
        await asyncio.sleep(0.05)
        queue.called.set()
        await asyncio.wait_for(service.log.answered.wait(), timeout=5)
    assert [each["status"] for each in service.log.lines("request")] == [499]
    assert held(service) == 0


async def test_it_is_noticed_that_the_body_cannot_be_read(serve: Serve, queue: Queue) -> None:
    service = await serve(*thing_routes(Things()))
    async with connected(service) as line:
        await line.begin(THINGS, length=None, token=a_token())
        await queue.joined.wait()
        await line.send(b'4\r\n{"na\r\nno length\r\n')
        await asyncio.sleep(0.05)
        queue.called.set()
        status, _, document = await line.answer()
    assert (status, document["code"]) == (400, "malformed-body")
    assert held(service) == 0


async def test_they_are_answered_though_the_service_ends(serve: Serve, queue: Queue) -> None:
    service = await serve(*thing_routes(Things()))
    async with connected(service) as line:
        await line.begin(THINGS, length=12, token=a_token())
        await line.send(b'{"name":"a"}')
        await queue.joined.wait()
        ending = asyncio.create_task(service.runner.cleanup())
        await asyncio.sleep(0.05)
        queue.called.set()
        status, _, _ = await line.answer()
        assert status == 201
        async with asyncio.timeout(0.3):
            await ending


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_probes_do_not_stand_in_line(serve: Serve, path: str) -> None:
    service = await serve()
    async with asyncio.timeout(5):
        assert (await service.ask("GET", path)).status == 200
