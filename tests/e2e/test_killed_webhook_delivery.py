"""The service killed with SIGKILL while it tells a receiver of events: none is lost, and their order is kept."""

import asyncio
from uuid import uuid4

from aiohttp import ClientSession

from entrypoints.http.authorization import Role
from tests.e2e.api_client import BULK, Api, Document, a_token
from tests.e2e.conftest import DataDirs
from tests.e2e.processes import serving
from tests.e2e.test_webhooks import registered
from tests.e2e.webhook_receiver import receiving

EVENTS = 100
KILLED_AFTER = (20, 45, 70)


async def test_a_killed_service_delivers_all_in_order(session: ClientSession, data_dirs: DataDirs) -> None:
    organization_id = uuid4()
    with data_dirs.fresh() as data_dir:
        secret = (data_dir / "jwt-secret").read_text().strip()
        token = a_token(organization_id, Role.ADMIN, secret=secret)
        async with receiving() as receiver:
            receiver.delay_seconds = 0.01
            settings = {
                "DATA_DIR": str(data_dir),
                "EGRESS_ALLOW": receiver.url.removeprefix("http://"),
                "HEALTH_INTERVAL": "0",
            }
            webhook: Document | None = None
            for count in (*KILLED_AFTER, EVENTS):
                with serving("serve", "--port", "0", **settings) as running:
                    api = Api(session, (await asyncio.to_thread(running.ready))["url"], organization_id, token, secret)
                    if webhook is None:
                        provider = await api.provider()
                        webhook = await registered(api, url=receiver.url, topics=["model.*"])
                        operations = [
                            {"op": "create", "providerId": provider["id"], "modelId": f"m-{number}"}
                            for number in range(EVENTS)
                        ]
                        assert (await api.post(BULK, {"operations": operations})).status == 200
                    if count < EVENTS:
                        await receiver.has(count)
                        await asyncio.to_thread(running.kill)
                    else:
                        await receiver.has_positions(EVENTS)
        positions = [message.position for message in receiver.received]
        # What had arrived when the service was killed may come a second time, and nothing before it.
        assert sorted(set(positions)) == list(range(min(positions), min(positions) + EVENTS))
        assert positions == sorted(positions)
        assert len(positions) <= EVENTS + len(KILLED_AFTER)
        ids = {message.position: message.id for message in receiver.received}
        assert all(message.id == ids[message.position] for message in receiver.received)
        assert webhook is not None
        assert all(message.is_signed_with(webhook["secret"]) for message in receiver.received)
