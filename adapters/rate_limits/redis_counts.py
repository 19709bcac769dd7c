"""Counts in Redis, for all processes and hosts."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final, Protocol, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.errors import ConfigurationError, StorageError
from limits.storage import RedisStorage as BlockingRedisStorage

from adapters.rate_limits.fixed_windows import Windows
from adapters.rate_limits.token_buckets import BucketsInMemory, BucketsInRedis
from adapters.rate_limits.windows_in_memory import WindowsInMemory
from adapters.rate_limits.work_counts import RedisUnusable, WorkInMemory, WorkInRedis
from application.bounds.rate_limits import Allowance, Quota, Turn
from application.errors import Unavailable

T = TypeVar("T")

MEMORY: Final = "memory"

_SETTING: Final = "MODELBOOK_RATE_LIMIT_STORAGE"
_MISSING: Final = f"{_SETTING} names Redis, whose client is not installed: pip install 'modelbook[redis]'."
_PREFIX: Final = "modelbook"
# Redis answers within a millisecond; whoever waits longer for it had better count alone.
_PATIENCE_SECONDS: Final = 0.25
_START_SECONDS: Final = 3

_log = logging.getLogger(__name__)


class _Client(Protocol):
    """What the library's types leave out of the client."""

    async def aclose(self) -> None: ...


class RateCounts:
    """Implements `application.bounds.rate_limits.RateLimits`.

    While Redis is away each process counts by itself: limits are looser then, but nobody is kept from working, and
    nobody has the providers to himself.
    """

    def __init__(
        self, storage: str, *, left_alone_seconds: float = 5.0, clock: Callable[[], float] = monotonic
    ) -> None:
        """`storage` is `memory` or a Redis URL; one that does not answer is left alone for some seconds.

        `clock` is this process's own; Redis has another.

        Raises:
            ValueError: the client library for Redis is not installed.
        """
        self._own = WindowsInMemory(clock)
        self._redis = None if storage == MEMORY else _redis(storage)
        self._shared = None if self._redis is None else Windows(self._redis)
        self._own_work = WorkInMemory()
        self._shared_work = None if self._redis is None else WorkInRedis(self._client)
        self._own_buckets = BucketsInMemory(clock)
        self._shared_buckets = None if self._redis is None else BucketsInRedis(self._client)
        self._left_alone_seconds = left_alone_seconds
        self._left_alone_until = 0.0
        self._clock = clock
        self._is_away = False

    async def take(self, quota: Quota, subject_id: UUID) -> Allowance:
        shared = self._shared
        counted = None if shared is None else await self._query(lambda: shared.take(quota, subject_id))
        return counted or self._own.take(quota, subject_id)

    async def take_turn(self, quota: Quota, subject_id: UUID, patience_seconds: float) -> Turn:
        if self._shared_buckets is not None:
            buckets = self._shared_buckets
            turn = await self._query(lambda: buckets.take_turn(quota, subject_id, patience_seconds))
            if turn is not None:
                return turn
        return self._own_buckets.take_turn(quota, subject_id, patience_seconds)

    async def turns_left(self, quota: Quota, subject_id: UUID) -> int:
        if self._shared_buckets is not None:
            buckets = self._shared_buckets
            left = await self._query(lambda: buckets.turns_left(quota, subject_id))
            if left is not None:
                return left
        return self._own_buckets.turns_left(quota, subject_id)

    async def look(self, quota: Quota, subject_id: UUID) -> Allowance:
        shared = self._shared
        counted = None if shared is None else await self._query(lambda: shared.look(quota, subject_id))
        return counted or self._own.look(quota, subject_id)

    async def add(self, quota: Quota, subject_id: UUID, amount: int) -> None:
        shared = self._shared
        is_counted = False if shared is None else await self._query(lambda: shared.add(quota, subject_id, amount))
        if not is_counted:
            self._own.add(quota, subject_id, amount)

    async def enter(self, subject_id: UUID, most: int) -> str | None:
        if self._shared_work is not None:
            work = self._shared_work
            found = await self._query(lambda: work.enter(subject_id, most))
            if found is not None:
                return found.ticket
        return self._own_work.enter(subject_id, most)

    async def leave(self, subject_id: UUID, ticket: str) -> None:
        if self._own_work.leave(subject_id, ticket) or self._shared_work is None:
            return
        # What cannot be sent to Redis now expires there by itself.
        work = self._shared_work
        await self._query(lambda: work.leave(subject_id, ticket))

    async def at_work(self, subject_id: UUID) -> int:
        shared: int | None = None
        if self._shared_work is not None:
            work = self._shared_work
            shared = await self._query(lambda: work.count(subject_id))
        return self._own_work.count(subject_id) + (shared or 0)

    async def _query(self, query: Callable[[], Awaitable[T]]) -> T | None:
        """Return what Redis answers, or None while it does not."""
        if self._clock() < self._left_alone_until:
            return None
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                answer = await query()
        except (StorageError, OSError, TimeoutError, RedisUnusable) as error:
            self._lost(error)
            return None
        self._found()
        return answer

    def _client(self) -> Any:  # noqa: ANN401 - the client of a library that may be missing
        if self._redis is None or not isinstance(self._redis.bridge, RedispyBridge):
            raise RedisUnusable
        return self._redis.bridge.get_connection()

    async def close(self) -> None:
        """Let go of the connections to Redis."""
        if self._shared_work is not None:
            await self._shared_work.close()
        if self._redis is not None and isinstance(self._redis.bridge, RedispyBridge):
            await cast("_Client", self._redis.bridge.get_connection()).aclose()

    def _lost(self, error: Exception) -> None:
        self._left_alone_until = self._clock() + self._left_alone_seconds
        if not self._is_away:
            self._is_away = True
            _log.warning("%s does not answer; rates are counted by this process alone: %s", _SETTING, _reason(error))

    def _found(self) -> None:
        if self._is_away:
            self._is_away = False
            _log.warning("%s answers again; rates are counted for all processes", _SETTING)


def check_rate_limit_storage(storage: str) -> None:
    """Do nothing if rates can be counted there.

    Raises:
        ValueError: the client library for Redis is not installed.
        Unavailable: Redis does not answer.
    """
    if storage == MEMORY:
        return
    try:
        redis = BlockingRedisStorage(storage, socket_connect_timeout=_START_SECONDS, socket_timeout=_START_SECONDS)
    except ConfigurationError as error:
        raise ValueError(_MISSING) from error
    if not redis.check():
        place = urlsplit(storage)
        at = f"{place.hostname}:{place.port or 6379}" if place.hostname else place.path
        raise Unavailable(f"Redis at {at} does not answer, or not to this password; start it, or correct {_SETTING}.")


def _redis(url: str) -> RedisStorage:
    try:
        return RedisStorage(f"async+{url}", wrap_exceptions=True, implementation="redispy", key_prefix=_PREFIX)
    except ConfigurationError as error:
        raise ValueError(_MISSING) from error


def _reason(error: Exception) -> str:
    cause = error.__cause__ or error
    return type(cause).__name__
