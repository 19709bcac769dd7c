"""The service killed with SIGKILL under load: no answered write is lost, none is done twice, each appears once."""

import asyncio
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
from aiohttp import ClientError, ClientSession

from entrypoints.http.authorization import Role
from tests.databases import Connection
from tests.e2e.api_client import MODELS, Api, a_token
from tests.e2e.conftest import DataDirs
from tests.e2e.feed_follower import Follower
from tests.e2e.processes import Running, owner_url, serving
from tests.e2e.wait_until import until
from tests.e2e.write_load import Hammer
from tests.log_contents import assert_whole, events
from tests.projection_tables import assert_tables_equal_the_log

ENOUGH_WRITES = 20
CLIENTS = 6
KILLED_AFTER_SECONDS = (0.4, 0.7, 0.55)


def time_passes(owner: Connection) -> None:
    """Age the keys that a killed process has left in flight: nobody else takes them for 20 seconds."""
    owner.execute(
        "UPDATE idempotency_keys SET claimed_at = claimed_at - interval '21 seconds' WHERE completed_at IS NULL"
    )


async def started(processes: ExitStack, hammer: Hammer, data_dir: Path) -> Running:
    """Start the service on the data directory and let the clients know where it is."""
    running = processes.enter_context(serving("serve", "--port", "0", DATA_DIR=str(data_dir)))
    url = (await asyncio.to_thread(running.ready))["url"]
    with psycopg.connect(owner_url(data_dir), autocommit=True) as owner:
        time_passes(owner)
    hammer.moved(url)
    return running


async def follow(follower: Follower, hammer: Hammer) -> None:
    """Come back to wherever the service is, until it is cancelled."""
    while True:
        follower.api = replace(hammer.api)
        try:
            await follower.follow(until=sys.maxsize, after=0)
        except (ClientError, OSError, TimeoutError):
            await asyncio.sleep(0.02)


async def test_a_killed_service_loses_nothing_and_does_nothing_twice(
    session: ClientSession, data_dirs: DataDirs
) -> None:
    organization_id = uuid4()
    with data_dirs.fresh() as data_dir, ExitStack() as processes:
        secret = (data_dir / "jwt-secret").read_text().strip()
        token = a_token(organization_id, Role.ADMIN, secret=secret)
        hammer = Hammer(Api(session, "http://127.0.0.1:1", organization_id, token, secret))
        clients = asyncio.create_task(hammer.run(CLIENTS))
        follower = Follower(hammer.api)
        following = asyncio.create_task(follow(follower, hammer))
        for seconds in KILLED_AFTER_SECONDS:
            running = await started(processes, hammer, data_dir)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(running.kill)
        await started(processes, hammer, data_dir)
        await until(lambda: hammer.statuses[201] > ENOUGH_WRITES)
        hammer.is_stopping = True
        await clients
        assert sum(number for status, number in hammer.statuses.items() if isinstance(status, str)) > CLIENTS
        listed = await hammer.api.get(MODELS, includeTotal=True, limit=1)
        assert listed["pagination"]["total"] == len(hammer.registered) - len(hammer.removed)
        with psycopg.connect(owner_url(data_dir), autocommit=True) as owner:
            hammer.check(owner)
            assert_whole(owner)
            assert_tables_equal_the_log(owner)
            positions = [event["org_sequence"] for event in events(owner, organization_id)]
        await follower.caught_up(len(positions))
        following.cancel()
        assert [event["position"] for event in follower.events] == positions
        assert follower.connections > len(KILLED_AFTER_SECONDS)
