"""Whatever one organization does, nothing fails of what another one does, and the service stays small.

How long it takes is measured by `python -m benchmarks fairness`, with the same attacks.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

import pytest

from sandbox.server import Sandbox
from tests.e2e.background_loop import Background
from tests.e2e.conftest import DataDirs
from tests.e2e.fairness.attacks import ATTACKS, Attack
from tests.e2e.fairness.hostile_provider import MEBIBYTE, HostileProvider, playing
from tests.e2e.fairness.memory import forget_highest_memory, highest_memory
from tests.e2e.fairness.neighbours import Attacker, Innocent, Organization, Place, Size
from tests.e2e.processes import Running, serving
from tests.e2e.wait_until import until
from tests.http_service import SECRET

SMALL: Final = Size(clients=1, connections=24, body_bytes=6 * MEBIBYTE, models=1_000)
MOST_MEGABYTES: Final = 400
# The requests of the attacker that have to be answered, or to hang, before the innocent begins.
_UNDER_WAY: Final = 2


class Neighbourhood:
    """A service with an attacker and an innocent."""

    def __init__(self, running: Running, place: Place) -> None:
        self.running = running
        self.innocent = Innocent(Organization(place))
        self.attacker = Attacker(Organization(place), SMALL)

    async def settle(self) -> None:
        await asyncio.gather(self.innocent.settle(), self.attacker.settle())

    @asynccontextmanager
    async def attacked(self, attack: Attack) -> AsyncIterator[None]:
        """Attack as long as the block lasts."""
        self.attacker.begin()
        attacking = asyncio.ensure_future(attack.run(self.attacker))
        try:
            await until(lambda: attacking.done() or self.attacker.begun >= _UNDER_WAY)
            yield
            assert not attacking.done(), attacking
        finally:
            attacking.cancel()
            await asyncio.gather(attacking, return_exceptions=True)


@pytest.fixture(scope="module")
def neighbourhood(data_dirs: DataDirs) -> Iterator[Neighbourhood]:
    provider = HostileProvider(longest_list=30_000, accepted_list=3_000, answer_bytes=4 * MEBIBYTE)
    with data_dirs.fresh() as folder, Background() as background:
        sandbox = background.enter(Sandbox())
        hostile_port = background.enter(playing(provider))
        hostile_url = f"http://127.0.0.1:{hostile_port}"
        settings = {
            "DATA_DIR": str(folder),
            "JWT_SECRET": SECRET,
            "HEALTH_INTERVAL": "0",
            "LOG_LEVEL": "warning",
            "LOG_FORMAT": "json",
            "EGRESS_ALLOW": f"{urlsplit(sandbox.url).netloc},{urlsplit(hostile_url).netloc}",
        }
        with serving("serve", "--port", "0", **settings) as running:
            address = urlsplit(running.ready()["url"])
            assert address.hostname
            assert address.port
            place = Place(
                host=address.hostname,
                port=address.port,
                secret=SECRET,
                sandbox_endpoint=sandbox.endpoint("openai"),
                sandbox_key=sandbox.key("openai"),
                hostile_url=hostile_url,
            )
            neighbourhood = Neighbourhood(running, place)
            asyncio.run(neighbourhood.settle())
            yield neighbourhood


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
async def test_nothing_fails_of_what_others_do(neighbourhood: Neighbourhood, attack: Attack) -> None:
    pid, innocent, attacker = neighbourhood.running.process.pid, neighbourhood.innocent, neighbourhood.attacker
    forget_highest_memory(pid)
    async with neighbourhood.attacked(attack):
        times = await innocent.work(rounds=2, pause=0.01)
    assert times.failures == []
    assert {what: len(seconds) for what, seconds in times.seconds.items()} == {
        "list": 2,
        "write": 2,
        "prompt": 2,
        "stream": 2,
        "test": 1,
        "event": 2,
    }
    assert highest_memory(pid) < MOST_MEGABYTES * 1_000_000
    # What is refused is refused for a reason: no fault of the service's own comes to light.
    assert attacker.statuses.keys().isdisjoint({500, "500"}), attacker.statuses
    errors = [line for line in neighbourhood.running.errors.splitlines() if line.startswith("{")]
    assert [line for line in errors if json.loads(line)["level"] == "error"] == []
