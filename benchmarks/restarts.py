"""Two processes behind Debian's nginx with its defaults, which are restarted in turn: how many requests are lost."""

import asyncio
import time
from typing import Final
from urllib.parse import urlsplit

from benchmarks.environment import SIGNING_KEY, Database
from benchmarks.report import Report
from tests.e2e.rolling_restarts import balanced_pair, clients_of, slow_provider
from tests.e2e.running_service import MASTER_KEYS

_RESTARTS: Final = 10
_REQUESTS: Final = 2_000
"""At least so many for each restart."""
_STREAMS: Final = 50
_STREAM_SECONDS: Final = 8.0
_CLIENTS: Final = 4
# For so long nginx leaves a server alone that it has found closed (fail_timeout), so the other one has to stay.
_NGINX_SECONDS: Final = 10.0


def measure_restarts(data: Database, report: Report) -> None:
    """Restart each of the two five times, while clients read, write and follow streams."""
    asyncio.run(_measure(data, report))


async def _measure(data: Database, report: Report) -> None:
    async with slow_provider(_STREAM_SECONDS) as endpoint:
        settings = {
            "DATABASE_URL": data.app_url,
            "ADMIN_DATABASE_URL": data.admin_url,
            "MASTER_KEYS": MASTER_KEYS,
            "JWT_SECRET": SIGNING_KEY,
            "EGRESS_ALLOW": urlsplit(endpoint).netloc,
            "LOG_LEVEL": "warning",
            "HEALTH_INTERVAL": "0",
            "DRAIN_SECONDS": "5",
        }
        requests, streams, seconds = [], [], []
        with balanced_pair(settings) as pair:
            async with clients_of(pair, endpoint, clients=_CLIENTS, streams=_STREAMS, secret=SIGNING_KEY) as clients:
                await asyncio.sleep(1.0)
                for number in range(_RESTARTS):
                    requests_before, streams_before = clients.requests, clients.done["streamed"]
                    assert clients.open_streams == _STREAMS
                    began = time.monotonic()
                    await asyncio.to_thread(pair.restart, number % 2)
                    seconds.append(time.monotonic() - began)
                    await asyncio.sleep(_NGINX_SECONDS)
                    while clients.requests - requests_before < _REQUESTS:  # noqa: ASYNC110 - counted by many
                        await asyncio.sleep(0.1)
                    requests.append(clients.requests - requests_before)
                    streams.append(clients.done["streamed"] - streams_before)
            done = clients.done
        report.add("restarts", _RESTARTS, "restarts")
        report.add("requests answered, least for a restart", min(requests), "requests")
        report.add("requests answered", clients.requests, "requests")
        report.add("of them written", done["written"], "requests")
        report.add("streams that came to their end", done["streamed"], "streams")
        report.add("longest restart", max(seconds), "s")
        report.add("failed", len(clients.failures), "requests and streams")
        print(*clients.failures[:20], sep="\n")
