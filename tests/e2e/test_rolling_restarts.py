"""Two processes behind nginx are restarted in turn: no request is lost, and every stream comes to its end."""

import asyncio
from urllib.parse import urlsplit

import psycopg

from tests.databases import Database
from tests.e2e.failing_commands import external
from tests.e2e.rolling_restarts import balanced_pair, clients_of, slow_provider


async def test_nothing_is_lost(database: Database) -> None:
    async with slow_provider(0.6) as endpoint:
        settings = external(database, EGRESS_ALLOW=urlsplit(endpoint).netloc, DRAIN_SECONDS="0.3", WORKERS="2")
        # With its defaults nginx leaves a server alone for ten seconds that it has found closed.
        with balanced_pair(settings, nginx="max_fails=0") as pair:
            async with clients_of(pair, endpoint, clients=4, streams=10) as clients:
                for number in range(2):
                    await asyncio.to_thread(pair.restart, number)
            assert clients.failures == []
            assert min(clients.done.values()) > 10
    with psycopg.connect(database.owner_url) as owner:
        row = owner.execute("SELECT count(*) FROM ai_models WHERE model_id LIKE 'm-%'").fetchone()
    assert row == (clients.done["written"],)
