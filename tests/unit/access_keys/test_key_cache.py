"""Keys are recognized without querying the database, and never for longer than two seconds after it knows better."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from application.access_keys.key_cache import LONGEST_TRUST, AccessKeyCache
from application.access_keys.stored_key import StoredKey
from application.errors import Unavailable
from tests.fakes.clock import FakeTimer
from tests.unit.access_keys.test_stored_key import a_stored_key


@dataclass
class CountingKeys:
    """Fulfils `application.access_keys.access_keys.StoredKeys` in memory, and counts the questions."""

    keys: dict[tuple[UUID, UUID], StoredKey] = field(default_factory=dict)
    sequences: dict[UUID, int] = field(default_factory=dict)
    reads: int = 0
    questions: int = 0
    at_once: int = 0
    most_at_once: int = 0
    is_away: bool = False
    gate: asyncio.Event | None = None

    def write(self, key: StoredKey, *, is_revoked: bool = False) -> None:
        self.sequences[key.organization_id] = self.sequences.get(key.organization_id, 0) + 1
        self.keys[key.organization_id, key.id] = key
        if is_revoked:
            del self.keys[key.organization_id, key.id]

    async def read(self, organization_id: UUID, key_id: UUID) -> tuple[int, StoredKey | None]:
        self.reads += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        answer = self.sequences.get(organization_id, 0), self.keys.get((organization_id, key_id))
        if self.gate is not None:
            await self.gate.wait()
        self.at_once -= 1
        if self.is_away:
            raise Unavailable
        return answer

    async def sequence(self, organization_id: UUID) -> int:
        self.questions += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable
        return self.sequences.get(organization_id, 0)


@pytest.fixture
def reader() -> CountingKeys:
    return CountingKeys()


@pytest.fixture
def timer() -> FakeTimer:
    return FakeTimer()


@pytest.fixture
def cache(reader: CountingKeys, timer: FakeTimer) -> AccessKeyCache:
    return AccessKeyCache(reader, timer)


async def found(cache: AccessKeyCache, key: StoredKey) -> StoredKey | None:
    answer = await cache.find(key.organization_id, key.id)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return answer


async def test_a_key_is_read_once(cache: AccessKeyCache, reader: CountingKeys) -> None:
    key = a_stored_key()
    reader.write(key)
    assert await asyncio.gather(*[cache.find(key.organization_id, key.id) for _ in range(50)]) == [key] * 50
    assert await found(cache, key) == key
    assert (reader.reads, reader.questions) == (1, 0)


async def test_the_log_is_asked_while_requests_continue(
    cache: AccessKeyCache, reader: CountingKeys, timer: FakeTimer
) -> None:
    key = a_stored_key()
    reader.write(key)
    for _ in range(20):
        assert await found(cache, key) == key
        timer.time += 0.25
    assert (reader.reads, 3 <= reader.questions <= 5) == (1, True)


async def test_what_another_process_revokes_is_refused_within_two_seconds(
    cache: AccessKeyCache, reader: CountingKeys, timer: FakeTimer
) -> None:
    key = a_stored_key()
    reader.write(key)
    assert await found(cache, key) == key
    reader.write(key, is_revoked=True)
    timer.time += LONGEST_TRUST
    assert await found(cache, key) is None


async def test_what_this_process_writes_is_seen_at_once(cache: AccessKeyCache, reader: CountingKeys) -> None:
    key = a_stored_key()
    reader.write(key)
    assert await found(cache, key) == key
    reader.write(key, is_revoked=True)
    cache.forget(key.organization_id)
    assert await found(cache, key) is None


async def test_what_was_read_before_a_write_is_not_kept_after_it(cache: AccessKeyCache, reader: CountingKeys) -> None:
    key = a_stored_key()
    reader.write(key)
    reader.gate = asyncio.Event()
    early = asyncio.create_task(cache.find(key.organization_id, key.id))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    reader.write(key, is_revoked=True)
    cache.forget(key.organization_id)
    reader.gate.set()
    assert await early == key
    assert await found(cache, key) is None


async def test_a_write_elsewhere_in_the_organization_makes_keys_be_read_again(
    cache: AccessKeyCache, reader: CountingKeys, timer: FakeTimer
) -> None:
    key = a_stored_key()
    other = a_stored_key(organization_id=key.organization_id)
    reader.write(key)
    assert await found(cache, key) == key
    changed = a_stored_key(id=key.id, organization_id=key.organization_id, is_enabled=False)
    reader.write(changed)
    reader.write(other)
    assert await found(cache, other) == other
    assert await found(cache, key) == changed
    timer.time += LONGEST_TRUST
    assert (await found(cache, key), reader.reads) == (changed, 3)


async def test_no_key_is_accepted_while_the_database_is_away_for_longer(
    cache: AccessKeyCache, reader: CountingKeys, timer: FakeTimer
) -> None:
    key = a_stored_key()
    reader.write(key)
    assert await found(cache, key) == key
    reader.is_away = True
    timer.time += LONGEST_TRUST - 0.1
    assert await found(cache, key) == key
    timer.time += 0.1
    with pytest.raises(Unavailable):
        await cache.find(key.organization_id, key.id)
    reader.is_away = False
    assert await found(cache, key) == key


async def test_a_key_is_read_again_for_all_who_came_before_the_read(
    cache: AccessKeyCache, reader: CountingKeys
) -> None:
    key = a_stored_key()
    reader.write(key)
    assert await found(cache, key) == key
    reader.gate = asyncio.Event()
    early = asyncio.create_task(cache.read_again(key.organization_id, key.id))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rotated = a_stored_key(id=key.id, organization_id=key.organization_id, secrets=[])
    reader.write(rotated)
    late = [asyncio.create_task(cache.read_again(key.organization_id, key.id)) for _ in range(20)]
    await asyncio.sleep(0)
    reader.gate.set()
    assert await early == key
    assert await asyncio.gather(*late) == [rotated] * 20
    assert (await found(cache, key), reader.reads) == (rotated, 3)


async def test_a_guessed_key_is_requested_once_in_a_while(
    cache: AccessKeyCache, reader: CountingKeys, timer: FakeTimer
) -> None:
    nobody = a_stored_key()
    for _ in range(10):
        assert await found(cache, nobody) is None
    assert reader.reads == 1
    timer.time += LONGEST_TRUST
    assert await found(cache, nobody) is None
    assert reader.reads == 2


async def test_guessed_keys_push_no_real_one_out_and_are_read_few_at_a_time(
    cache: AccessKeyCache, reader: CountingKeys
) -> None:
    key = a_stored_key()
    reader.write(key)
    assert await found(cache, key) == key
    guesses = [(uuid4(), uuid4()) for _ in range(5_000)] + [(key.organization_id, uuid4()) for _ in range(100)]
    assert set(await asyncio.gather(*[cache.find(*guess) for guess in guesses])) == {None}
    reads = reader.reads
    assert (await found(cache, key), reader.reads) == (key, reads)
    assert reader.most_at_once <= 2


async def test_so_many_keys_are_kept_and_no_more(reader: CountingKeys, timer: FakeTimer) -> None:
    cache = AccessKeyCache(reader, timer, most_keys=3)
    keys = [a_stored_key() for _ in range(3)]
    keys.append(a_stored_key(organization_id=keys[0].organization_id))
    for key in keys:
        reader.write(key)
    for key in [*keys, *keys]:
        assert await found(cache, key) == key
    reads = reader.reads
    assert reads > len(keys)
    for key in keys[2:]:
        assert await found(cache, key) == key
    many = [a_stored_key(organization_id=keys[0].organization_id) for _ in range(5)]
    for key in many:
        reader.write(key)
        assert await found(cache, key) == key
    assert await found(cache, many[-1]) == many[-1]
