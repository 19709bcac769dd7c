"""What becomes of prompts, and of what they cost, when the process ends."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.e2e.api_client import Api, a_token
from tests.e2e.conftest import DataDirs
from tests.e2e.processes import serving
from tests.e2e.sandbox_models import HELLO, USAGE, registered, run
from tests.e2e.wait_until import until


@pytest.fixture
def data_dir(data_dirs: DataDirs) -> Iterator[Path]:
    with data_dirs.fresh() as path:
        yield path


def api_at(session: ClientSession, url: str, data_dir: Path) -> Api:
    organization_id, secret = uuid4(), (data_dir / "jwt-secret").read_text().strip()
    return Api(session, url, organization_id, a_token(organization_id, Role.ADMIN, secret=secret), secret)


async def test_a_prompt_in_flight_is_answered_and_every_one_is_counted(session: ClientSession, data_dir: Path) -> None:
    async with Sandbox() as sandbox:
        settings = {"DATA_DIR": str(data_dir), "EGRESS_ALLOW": sandbox.url.removeprefix("http://")}
        with serving("serve", "--port", "0", **settings) as running:
            api = api_at(session, running.ready()["url"], data_dir)
            of = await registered(api, sandbox)
            assert (await run(api, of)).status == 200
            sandbox.faults.add(kind="delay", provider="openai", operation="chat", seconds=0.4)
            slow = asyncio.create_task(run(api, of))
            await until(lambda: sum(request.operation == "chat" for request in sandbox.requests) == 2)
            running.send(signal.SIGTERM)
            reply = await slow
            assert (reply.status, reply.document["text"]) == (200, HELLO)
            assert await asyncio.to_thread(running.ended) == 0
            assert "Traceback" not in running.errors
        with serving("serve", "--port", "0", **settings) as running:
            again = Api(session, running.ready()["url"], api.organization_id, api.token)
            totals = (await again.get(USAGE))["totals"]
            assert (totals["requests"], totals["outcomes"]) == (2, {"ok": 2})


async def test_every_process_sees_a_change_within_two_seconds(session: ClientSession, data_dir: Path) -> None:
    async with Sandbox() as sandbox:
        settings = {"DATA_DIR": str(data_dir), "EGRESS_ALLOW": sandbox.url.removeprefix("http://"), "WORKERS": "2"}
        with serving("serve", "--port", "0", **settings) as running:
            api = api_at(session, running.ready()["url"], data_dir)
            of = await registered(api, sandbox)
            # Each on a connection of its own, so that both processes have something to remember.
            await asyncio.gather(*(run(api, of) for _ in range(20)))
            reply = await api.patch(f"/api/ai/models/{of.model['id']}", {"isEnabled": False})
            assert reply.status == 200
            changed, statuses = monotonic(), {200}
            while statuses != {409}:
                is_due = monotonic() - changed >= 2.0
                later = await asyncio.gather(*(run(api, of) for _ in range(20)))
                statuses = {reply.status for reply in later}
                assert statuses == {409} or not is_due
                await asyncio.sleep(0.1)
