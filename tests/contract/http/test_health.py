import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from application.errors import Unavailable
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.shutdown_state import ShutdownState
from tests.http_service import Service

Serve = Callable[..., Awaitable[Service]]


async def well() -> None:
    await asyncio.sleep(0)


async def unavailable() -> None:
    raise Unavailable("host=10.0.0.1 password=hunter2")


async def silent() -> None:
    await asyncio.sleep(60)


async def mistaken() -> None:
    raise ZeroDivisionError("hunter2")


async def test_alive_whatever_happens(serve: Serve) -> None:
    service = await serve(checks={"database": unavailable})
    reply = await service.ask("GET", "/healthz")
    assert (reply.status, reply.document) == (200, {"status": "alive"})


async def test_ready_when_all_is_well(serve: Serve) -> None:
    service = await serve(checks={"database": well, "keyring": well})
    reply = await service.ask("GET", "/readyz")
    assert (reply.status, reply.document) == (200, {"status": "ready", "checks": {"database": "ok", "keyring": "ok"}})


async def test_not_ready_names_what_is_missing_and_no_secret(serve: Serve) -> None:
    service = await serve(checks={"database": unavailable, "keyring": well})
    reply = await service.ask("GET", "/readyz")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    assert reply.document == {"status": "not ready", "checks": {"database": "unavailable", "keyring": "ok"}}
    assert b"hunter2" not in reply.content


async def test_a_check_that_cannot_be_called_off_is_neither_waited_for_nor_made_twice(serve: Serve) -> None:
    made, answers = [], asyncio.Event()

    async def stopped() -> None:
        made.append(1)
        while not answers.is_set():
            with suppress(asyncio.CancelledError):
                await answers.wait()

    service = await serve(checks={"database": stopped}, options=HttpOptions(readiness_seconds=0.05))
    for _ in range(3):
        reply = await service.ask("GET", "/readyz")
        assert reply.document["checks"] == {"database": "no answer within 0.05 s"}
    assert made == [1]
    answers.set()
    async with asyncio.timeout(10):
        while (await service.ask("GET", "/readyz")).status != 200:  # noqa: ASYNC110 - asked anew each time
            await asyncio.sleep(0.01)


async def test_no_answer_counts_as_a_bad_one_and_checks_run_at_once(serve: Serve) -> None:
    checks = {"one": silent, "two": silent, "three": well}
    service = await serve(checks=checks, options=HttpOptions(readiness_seconds=0.2))
    started = time.monotonic()
    reply = await service.ask("GET", "/readyz")
    assert time.monotonic() - started < 0.38
    assert reply.document["checks"] == {"one": "no answer within 0.2 s", "two": "no answer within 0.2 s", "three": "ok"}


async def test_a_process_that_stops_reports_it_and_asks_clients_to_reconnect(serve: Serve) -> None:
    stopping = ShutdownState()
    service = await serve(checks={"database": well}, stopping=stopping)
    reply = await service.ask("GET", "/readyz")
    assert (reply.status, "Connection" in reply.headers) == (200, False)
    stopping.draining.set()
    reply = await service.ask("GET", "/readyz")
    assert (reply.status, reply.headers["Connection"], reply.headers["Retry-After"]) == (503, "close", "1")
    assert reply.document == {"status": "stopping", "checks": {}}
    # Requests are still served.
    reply = await service.ask("GET", "/healthz")
    assert (reply.status, reply.headers["Connection"]) == (200, "close")


async def test_a_check_that_fails_in_an_unforeseen_way_is_logged(serve: Serve) -> None:
    service = await serve(checks={"database": mistaken})
    reply = await service.ask("GET", "/readyz")
    assert (reply.status, b"hunter2" in reply.content) == (500, False)
    assert len(service.log.lines("unforeseen error")) == 1
