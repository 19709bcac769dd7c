"""The process from its start to its end: it keeps its data, finishes what it began, and stops what it started."""

import asyncio
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from aiohttp import ClientConnectionError, ClientSession

from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.e2e.api_client import AUDIT, PROVIDERS, Api, Reply, a_token, path_of
from tests.e2e.conftest import DataDirs
from tests.e2e.processes import Running, postgres_of, serving
from tests.e2e.sandbox_models import registered, run
from tests.e2e.wait_until import ready, until


@pytest.fixture
def data_dir(data_dirs: DataDirs) -> Iterator[Path]:
    """Give a data directory that has been served from before."""
    with data_dirs.fresh() as path:
        yield path


def api_of(session: ClientSession, running: Running, data_dir: Path) -> Api:
    """Return the API of a process that has just been started, for the administrator of a new organization."""
    url = running.ready()["url"]
    organization_id, secret = uuid4(), (data_dir / "jwt-secret").read_text().strip()
    return Api(session, url, organization_id, a_token(organization_id, Role.ADMIN, secret=secret), secret)


async def test_started_twice_it_keeps_its_data(session: ClientSession, data_dir: Path) -> None:
    with serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as first:
        api = api_of(session, first, data_dir)
        provider = await api.provider()
        first.send(signal.SIGTERM)
        assert first.ended() == 0
        assert postgres_of(data_dir) is None
    with serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as second:
        again = Api(session, second.ready()["url"], api.organization_id, api.token)
        assert await again.get(path_of(provider)) == provider
        # The key can still be opened: the keyring was kept as well.
        reply = await again.patch(path_of(provider), {"endpoint": "https://api.openai.com/v2"})
        assert reply.status == 200
        assert "Applied migration" not in second.errors


async def test_a_request_in_flight_is_answered_before_the_end(session: ClientSession, data_dirs: DataDirs) -> None:
    async with Sandbox() as sandbox:
        settings = {"EGRESS_ALLOW": sandbox.url.removeprefix("http://")}
        with services(data_dirs, *[settings] * 3) as (to_terminate, to_interrupt, to_leave_with_ctrl_c):
            everybody = (to_terminate, to_interrupt, to_leave_with_ctrl_c)
            sandbox.faults.add(kind="delay", provider="openai", seconds=0.4)
            slow = [asyncio.create_task(_tested(session, sandbox, *each)) for each in everybody]
            await until(lambda: len(sandbox.requests) == len(everybody))
            to_terminate[0].send(signal.SIGTERM)
            to_interrupt[0].send(signal.SIGINT)
            to_leave_with_ctrl_c[0].interrupt()
            for reply in await asyncio.gather(*slow):
                assert (reply.status, reply.document["status"]) == (200, "healthy")
            for running, data_dir in everybody:
                assert await asyncio.to_thread(running.ended) == 0
                assert postgres_of(data_dir) is None
                assert "Traceback" not in running.errors


@contextmanager
def services(data_dirs: DataDirs, *settings: Mapping[str, str]) -> Iterator[list[tuple[Running, Path]]]:
    """Start a service with each of the settings, and give them with their data directories."""
    with ExitStack() as stack:
        paths = [stack.enter_context(data_dirs.fresh()) for _ in settings]
        yield [
            (stack.enter_context(serving("serve", "--port", "0", DATA_DIR=str(path), **each)), path)
            for each, path in zip(settings, paths, strict=True)
        ]


async def _tested(session: ClientSession, sandbox: Sandbox, running: Running, data_dir: Path) -> Reply:
    api = api_of(session, running, data_dir)
    provider = await api.provider(endpoint=sandbox.endpoint("openai"), apiKey=sandbox.key("openai"))
    return await api.post(f"{path_of(provider)}/test")


async def test_after_sigterm_it_serves_on_until_a_second_signal_ends_it_at_once(
    session: ClientSession, data_dirs: DataDirs
) -> None:
    async with Sandbox() as sandbox:
        settings = {"EGRESS_ALLOW": sandbox.url.removeprefix("http://"), "DRAIN_SECONDS": "300"}
        sandbox.faults.add(kind="delay", provider="openai", operation="chat", seconds=300)
        with services(data_dirs, *[{**settings, "WORKERS": workers} for workers in ("1", "2")]) as both:
            apis = [api_of(session, *each) for each in both]
            registrations = [await registered(api, sandbox) for api in apis]
            slow = [asyncio.create_task(run(*each)) for each in zip(apis, registrations, strict=True)]
            await until(lambda: sum(request.operation == "chat" for request in sandbox.requests) == len(slow))
            for running, _ in both:
                running.send(signal.SIGTERM)
            for api, of in zip(apis, registrations, strict=True):
                await _stopping(api)
                assert (await api.get(path_of(of.provider)))["id"] == of.provider["id"]
            # One that comes right after the first is the same request to stop.
            await asyncio.sleep(0.6)
            for (running, data_dir), lost in zip(both, slow, strict=True):
                running.send(signal.SIGTERM)
                assert await asyncio.to_thread(running.ended) == 0
                with pytest.raises(ClientConnectionError):
                    await lost
                assert postgres_of(data_dir) is None
                assert "Traceback" not in running.errors


async def _stopping(api: Api) -> None:
    """Return as soon as the service says that it stops."""
    async with asyncio.timeout(20):
        status = "ready"
        while status != "stopping":
            reply = await api.ask("GET", "/readyz", headers={"Connection": "close"})
            status = reply.document["status"]


async def test_the_second_process_joins_and_the_last_one_stops_postgres(
    session: ClientSession, data_dirs: DataDirs
) -> None:
    with (
        data_dirs.empty() as data_dir,
        serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as first,
        serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as second,
    ):
        api = api_of(session, first, data_dir)
        provider = await api.provider()
        other = Api(session, second.ready()["url"], api.organization_id, api.token)
        assert await other.get(path_of(provider)) == provider
        first.send(signal.SIGTERM)
        assert first.ended() == 0
        assert await other.get(path_of(provider)) == provider
        second.send(signal.SIGTERM)
        assert second.ended() == 0
        assert postgres_of(data_dir) is None


def test_a_killed_process_does_not_keep_postgres_running_for_ever(data_dir: Path) -> None:
    with (
        serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as first,
        serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as second,
    ):
        first.ready()
        second.ready()
        second.kill()
        first.send(signal.SIGTERM)
        assert first.ended() == 0
        assert postgres_of(data_dir) is None


async def test_what_a_power_cut_leaves_behind_does_not_hinder_the_next_start(
    session: ClientSession, data_dir: Path
) -> None:
    lock = data_dir / "postgres" / "postmaster.pid"
    with serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as running:
        api = api_of(session, running, data_dir)
        provider = await api.provider()
        left_behind = lock.read_text()
        running.kill()
    postgres = postgres_of(data_dir)
    assert postgres is not None
    postgres.suspend()
    for process in (*postgres.children(recursive=True), postgres):
        process.kill()
    psutil.wait_procs([postgres], timeout=10)
    # After the restart of a machine or a container the number is soon another process's.
    bystander = psutil.Popen(["sleep", "60"])
    try:
        lock.write_text("\n".join([str(bystander.pid), *left_behind.splitlines()[1:], ""]))
        with serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as running:
            again = Api(session, running.ready()["url"], api.organization_id, api.token)
            assert await again.get(path_of(provider)) == provider
            running.send(signal.SIGTERM)
            assert running.ended() == 0
        assert bystander.is_running()
    finally:
        bystander.kill()
        bystander.wait(10)


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_database_of_our_own_that_ends_is_started_again(
    session: ClientSession, data_dir: Path, workers: str
) -> None:
    with serving("serve", "--port", "0", "--workers", workers, DATA_DIR=str(data_dir)) as running:
        api = api_of(session, running, data_dir)
        provider = await api.provider()
        postgres = postgres_of(data_dir)
        assert postgres is not None
        postgres.kill()
        await until(lambda: "it runs again" in running.errors)
        await ready(api)
        assert await api.get(path_of(provider)) == provider
        assert (await api.patch(path_of(provider), {"name": "Afterwards"})).status == 200
        running.send(signal.SIGTERM)
        assert await asyncio.to_thread(running.ended) == 0
        assert postgres_of(data_dir) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_while_it_starts_it_leaves_nothing_running(data_dir: Path, number: signal.Signals) -> None:
    with serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as running:
        running.wait_for("Postgres runs on")
        running.send(number)
        running.ended()
        assert postgres_of(data_dir) is None
        assert "Traceback" not in running.errors


async def test_workers_serve_die_are_replaced_and_stop(session: ClientSession, data_dir: Path) -> None:
    with serving("serve", "--port", "0", "--workers", "2", DATA_DIR=str(data_dir)) as running:
        api = api_of(session, running, data_dir)
        provider = await api.provider()
        assert len(running.workers()) == 2
        victim = running.workers()[0]
        victim.kill()
        await until(lambda: not victim.is_running() and len(running.workers()) == 2)
        for _ in range(20):
            async with session.get(f"{api.url}/healthz", headers={"Connection": "close"}) as response:
                assert response.status == 200
        # Whichever is asked knows what both have done.
        for _ in range(4):
            async with session.get(f"{api.url}/metrics", headers={"Connection": "close"}) as response:
                figures = await response.text()
            assert "modelbook_workers 2.0\n" in figures
            line = 'modelbook_http_requests_total{method="GET",route="/healthz",status="2xx"} 20.0'
            assert line in figures
            assert 'modelbook_pool_connections{pool="reading"}' in figures
        assert await api.get(path_of(provider)) == provider
        replies = await asyncio.gather(
            *(api.post(PROVIDERS, {"name": f"P{n}", "providerType": "openai"}) for n in range(20))
        )
        assert {reply.status for reply in replies} == {201}
        assert len(await api.rows(AUDIT)) == 21
        workers = running.workers()
        running.send(signal.SIGTERM)
        assert await asyncio.to_thread(running.ended) == 0
        assert not any(worker.is_running() for worker in workers)
        assert postgres_of(data_dir) is None
        assert "Traceback" not in running.errors


def test_workers_do_not_outlive_what_started_them(data_dir: Path) -> None:
    with serving("serve", "--port", "0", "--workers", "2", DATA_DIR=str(data_dir)) as running:
        running.ready()
        workers = running.workers()
        running.kill()
        _, alive = psutil.wait_procs(workers, timeout=10)
        assert alive == []
