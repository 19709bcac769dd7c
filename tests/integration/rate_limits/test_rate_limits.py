"""Requests counted in this process, in Redis for several, and in this process while Redis is away."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from uuid import uuid4

import pytest
from redis import Redis

from adapters.rate_limits import redis_counts
from adapters.rate_limits.redis_counts import MEMORY, RateCounts, check_rate_limit_storage
from application.errors import Unavailable
from tests.contract.rate_limits_contract import A_QUOTA, PassTime, RateLimitsContract, taken
from tests.redis_server import RedisServer

WITHOUT_CLIENT = """
import sys
sys.modules["redis"] = None
from adapters.rate_limits.redis_counts import RateCounts, check_rate_limit_storage
for use in (check_rate_limit_storage, RateCounts):
    try:
        use("redis://127.0.0.1:1/0")
    except ValueError as error:
        print(error)
"""


@pytest.fixture(scope="module")
def shared_redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """Give a server that the test may stop."""
    with RedisServer() as server:
        yield server


@asynccontextmanager
async def counting(
    storage: str, left_alone_seconds: float = 0.0, clock: Callable[[], float] = monotonic
) -> AsyncIterator[RateCounts]:
    counts = RateCounts(storage, left_alone_seconds=left_alone_seconds, clock=clock)
    yield counts
    await counts.close()


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a Redis that does not hang, however busy the machine is."""
    monkeypatch.setattr(redis_counts, "_PATIENCE_SECONDS", 30.0)


class Clock:
    """Is put forward by the test."""

    def __init__(self) -> None:
        self._now = monotonic()

    def __call__(self) -> float:
        return self._now

    async def pass_time(self, seconds: float) -> None:
        self._now += seconds


class TestInMemory(RateLimitsContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def pass_time(self, clock: Clock) -> PassTime:
        return clock.pass_time

    @pytest.fixture
    async def limits(self, clock: Clock) -> AsyncIterator[RateCounts]:
        async with counting(MEMORY, clock=clock) as counts:
            yield counts


@pytest.mark.usefixtures("_patient")
class TestInRedis(RateLimitsContract):
    @pytest.fixture
    def pass_time(self) -> PassTime:
        return asyncio.sleep

    @pytest.fixture
    async def limits(self, shared_redis: RedisServer) -> AsyncIterator[RateCounts]:
        async with counting(shared_redis.url) as counts:
            yield counts


async def test_in_memory_each_process_counts_for_itself() -> None:
    organization_id = uuid4()
    async with counting(MEMORY) as one, counting(MEMORY) as other:
        assert (await taken(one, organization_id, times=4))[-1] is False
        assert await taken(other, organization_id) == [True]


@pytest.mark.usefixtures("_patient")
async def test_in_redis_all_count_together(shared_redis: RedisServer) -> None:
    organization_id = uuid4()
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(counting(shared_redis.url)) for _ in range(4)]
        found = [await taken(process, organization_id) for process in processes]
    assert found == [[True], [True], [True], [False]]


@pytest.mark.usefixtures("_patient")
async def test_while_redis_is_away_each_counts_for_itself_and_says_so_once(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    organization_id = uuid4()
    caplog.set_level(logging.WARNING)
    async with counting(redis.url) as counts:
        assert await taken(counts, organization_id, times=4) == [True, True, True, False]
        redis.stop()
        assert await taken(counts, organization_id, times=4) == [True, True, True, False]
        redis.start()
        assert await taken(counts, organization_id, times=4) == [True, True, True, False]
    assert [record.getMessage().partition(";")[0] for record in caplog.records] == [
        "MODELBOOK_RATE_LIMIT_STORAGE does not answer",
        "MODELBOOK_RATE_LIMIT_STORAGE answers again",
    ]


async def test_nobody_waits_for_a_redis_that_hangs(redis: RedisServer) -> None:
    organization_id = uuid4()
    async with counting(redis.url, left_alone_seconds=60) as counts:
        await taken(counts, organization_id)
        redis.hang()
        started = monotonic()
        assert await taken(counts, organization_id) == [True]
        first = monotonic() - started
        assert await taken(counts, organization_id, times=3) == [True, True, False]
        rest = monotonic() - started - first
        redis.go_on()
    assert first < 1.5
    # It is left alone now.
    assert rest < 0.2


async def test_after_a_hang_all_count_together_again(redis: RedisServer) -> None:
    organization_id = uuid4()
    async with counting(redis.url) as one, counting(redis.url) as other:
        redis.hang()
        assert await taken(one, organization_id) == [True]
        redis.go_on()
        await taken(one, organization_id, times=2)
        assert False in await taken(other, organization_id, times=3)


def test_a_storage_that_answers_is_accepted(shared_redis: RedisServer) -> None:
    check_rate_limit_storage(MEMORY)
    check_rate_limit_storage(shared_redis.url)


def test_a_storage_that_does_not_answer_is_refused_without_its_password(redis: RedisServer) -> None:
    redis.stop()
    address = redis.url.removeprefix("redis://").removesuffix("/0")
    with pytest.raises(Unavailable) as refused:
        check_rate_limit_storage(f"redis://user:a-password@{address}/0")
    assert address in refused.value.message
    assert "a-password" not in refused.value.message


def test_a_storage_that_knows_another_password_is_refused(redis: RedisServer) -> None:
    with Redis.from_url(redis.url) as client:
        client.config_set("requirepass", "the-password")
    with pytest.raises(Unavailable, match="password"):
        check_rate_limit_storage(redis.url)
    check_rate_limit_storage(redis.url.replace("redis://", "redis://:the-password@"))


def test_redis_without_its_client_is_refused_with_what_to_install() -> None:
    # In a process of its own, which believes that the client is not installed.
    command = [sys.executable, "-c", WITHOUT_CLIENT]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    line = "MODELBOOK_RATE_LIMIT_STORAGE names Redis, whose client is not installed: pip install 'modelbook[redis]'."
    assert said.splitlines() == [line, line]


@pytest.mark.usefixtures("_patient")
async def test_keys_in_redis_name_their_owner_and_expire(redis: RedisServer) -> None:
    organization_id = uuid4()
    async with counting(redis.url) as counts:
        await counts.take(A_QUOTA, organization_id)
    with Redis.from_url(redis.url, decode_responses=True) as client:
        (key,) = client.scan_iter()
        assert key.startswith("modelbook")
        assert str(organization_id) in key
        assert 0 < client.pttl(key) <= A_QUOTA.seconds * 1000
