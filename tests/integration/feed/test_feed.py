"""Whoever follows a log gets each event once, in order, whatever becomes of hints, connections and speed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from uuid import UUID, uuid4

import pytest

from adapters.event_store.recorder import LedgerRecorder
from adapters.postgres import event_feed
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.event_feed import PostgresEventFeed, PostgresSignals
from adapters.postgres.log_growth_hints import PostgresHints
from application.feed.feed_broadcast import ALWAYS_LET_IN, MOST_FOLLOWERS, FeedBroadcaster, TooManyFollowers
from application.feed.log_tail import KEPT_EVENTS
from tests.builders import a_stored_event, an_append
from tests.databases import Connection, Database

PATIENCE = 20.0
_OURS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'modelbook feed' AND datname = current_database()"


@asynccontextmanager
async def _feed(
    database: Database, *, poll_seconds: float = 60.0, most_followers: int = MOST_FOLLOWERS
) -> AsyncIterator[FeedBroadcaster]:
    """Give a feed that hints have to wake, unless a shorter time to look without one is given."""
    signals = PostgresSignals(database.app_url)
    async with reading_pool(database.app_url) as pool:
        yield FeedBroadcaster(
            PostgresEventFeed(pool.connection),
            signals,
            poll_seconds=poll_seconds,
            blind_seconds=0.05,
            most_followers=most_followers,
        )
        await signals.close()


@pytest.fixture
async def feed(database: Database) -> AsyncIterator[FeedBroadcaster]:
    async with _feed(database) as feed:
        yield feed


async def _append(
    recorder: LedgerRecorder, organization_id: UUID, count: int = 1, *, hints: PostgresHints | None = None
) -> None:
    aggregate_id = uuid4()
    stored = [a_stored_event(aggregate_id, revision) for revision in range(1, count + 1)]
    await asyncio.to_thread(recorder.insert_events, stored, append=an_append(organization_id))
    if hints is not None:
        hints.grown(organization_id)


async def _followed(feed: FeedBroadcaster, organization_id: UUID, *, count: int, after: int | None = 0) -> list[int]:
    """Return the positions of this many events."""
    positions: list[int] = []
    async with asyncio.timeout(PATIENCE), aclosing(feed.follow(organization_id, after)) as batches:
        async for _, events in batches:
            positions += [event.position for event in events or ()]
            if len(positions) >= count:
                break
    return positions


async def _until_listening(owner: Connection, *, unlike: int = 0) -> int:
    """Return the server's process that the hints come from."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = [row[0] for row in owner.execute(_OURS) if row[0] != unlike]
            if found:
                return int(found[0])
            await asyncio.sleep(0.02)


async def test_an_event_shows_what_happened_to_what(
    feed: FeedBroadcaster, hints: PostgresHints, bare_recorder: LedgerRecorder, organization_id: UUID
) -> None:
    async with asyncio.timeout(PATIENCE), aclosing(feed.follow(organization_id, None)) as batches:
        assert await anext(batches) == (0, ())
        await _append(bare_recorder, organization_id, hints=hints)
        position, events = await anext(batches)
    assert events is not None
    [event] = events
    assert (position, event.position, event.revision) == (1, 1, 1)
    assert (event.topic, event.actor) == ("test.happened", "user-1")


async def test_nobody_loses_or_repeats_an_event_however_often_they_come_back(
    feed: FeedBroadcaster, hints: PostgresHints, bare_recorder: LedgerRecorder, organization_id: UUID
) -> None:
    rounds, count = 30, 90

    async def write() -> None:
        for _ in range(rounds):
            await _append(bare_recorder, organization_id, 3, hints=hints)
            await _append(bare_recorder, uuid4(), hints=hints)

    async def come_and_go(step: int, count: int) -> list[int]:
        positions: list[int] = []
        while len(positions) < count:
            wanted = min(step, count - len(positions))
            positions += await _followed(feed, organization_id, count=wanted, after=positions[-1] if positions else 0)
        return positions

    writing = asyncio.create_task(write())
    followed = await asyncio.gather(*(come_and_go(step, count) for step in (1, 2, 7, 500)))
    await writing
    for positions in followed:
        assert positions == followed[0]
        assert positions == sorted(set(positions))
        assert len(positions) == count


async def test_whoever_falls_behind_reads_on_from_the_database(
    feed: FeedBroadcaster, hints: PostgresHints, bare_recorder: LedgerRecorder, organization_id: UUID
) -> None:
    async with asyncio.timeout(PATIENCE), aclosing(feed.follow(organization_id, None)) as slow:
        await anext(slow)
        quick = asyncio.create_task(_followed(feed, organization_id, count=3 * KEPT_EVENTS))
        for _ in range(6):
            await _append(bare_recorder, organization_id, KEPT_EVENTS // 2, hints=hints)
        assert await quick == list(range(1, 3 * KEPT_EVENTS + 1))
        positions: list[int] = []
        while len(positions) < 3 * KEPT_EVENTS:
            positions += [event.position for event in (await anext(slow))[1] or ()]
    assert positions == list(range(1, 3 * KEPT_EVENTS + 1))


async def test_all_share_one_connection_for_hints(
    feed: FeedBroadcaster, hints: PostgresHints, bare_recorder: LedgerRecorder, owner: Connection, organization_id: UUID
) -> None:
    organizations = [organization_id, uuid4(), uuid4()]
    following = [asyncio.create_task(_followed(feed, each, count=1)) for each in organizations for _ in range(20)]
    await _until_listening(owner)
    await asyncio.sleep(0.3)
    assert len(owner.execute(_OURS).fetchall()) == 1
    for each in organizations:
        await _append(bare_recorder, each, hints=hints)
    assert [len(positions) for positions in await asyncio.gather(*following)] == [1] * 60


async def test_without_hints_the_log_is_looked_at_anyway(
    database: Database, bare_recorder: LedgerRecorder, owner: Connection, organization_id: UUID
) -> None:
    async with _feed(database, poll_seconds=0.1) as feed:
        following = asyncio.create_task(_followed(feed, organization_id, count=3))
        await _until_listening(owner)
        await _append(bare_recorder, organization_id, 3)
        assert await following == [1, 2, 3]


async def test_a_lost_connection_for_hints_is_made_again(
    feed: FeedBroadcaster,
    hints: PostgresHints,
    bare_recorder: LedgerRecorder,
    owner: Connection,
    organization_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_feed, "_AGAIN_SECONDS", 0.3)
    following = asyncio.create_task(_followed(feed, organization_id, count=2))
    backend = await _until_listening(owner)
    owner.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))
    # While nobody hints, everybody looks for themselves.
    await _append(bare_recorder, organization_id)
    assert await _until_listening(owner, unlike=backend) != backend
    await _append(bare_recorder, organization_id, hints=hints)
    assert await following == [1, 2]


async def test_the_end_of_the_service_is_the_end_of_every_stream(feed: FeedBroadcaster, organization_id: UUID) -> None:
    following = asyncio.create_task(_followed(feed, organization_id, count=1, after=None))
    await asyncio.sleep(0.05)
    await feed.close()
    assert await following == []


async def test_one_who_does_not_stay_gets_what_there_is(
    feed: FeedBroadcaster, bare_recorder: LedgerRecorder, organization_id: UUID
) -> None:
    await _append(bare_recorder, organization_id, 3)
    async with aclosing(feed.follow(organization_id, 1, endless=False)) as batches:
        given = [event.position async for _, events in batches for event in events or ()]
    assert given == [2, 3]


async def test_whoever_has_seen_more_than_there_is_starts_over(
    feed: FeedBroadcaster, hints: PostgresHints, bare_recorder: LedgerRecorder, organization_id: UUID
) -> None:
    await _append(bare_recorder, organization_id, 3)
    async with asyncio.timeout(PATIENCE), aclosing(feed.follow(organization_id, 7)) as batches:
        assert await anext(batches) == (3, None)
        await _append(bare_recorder, organization_id, hints=hints)
        position, events = await anext(batches)
    assert (position, len(events or ())) == (4, 1)


async def test_whoever_follows_while_an_older_log_is_put_back_starts_over(
    database: Database, bare_recorder: LedgerRecorder, owner: Connection, organization_id: UUID
) -> None:
    await _append(bare_recorder, organization_id, 5)
    async with (
        asyncio.timeout(PATIENCE),
        _feed(database, poll_seconds=0.05) as feed,
        aclosing(feed.follow(organization_id, None)) as batches,
    ):
        assert await anext(batches) == (5, ())
        owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
        owner.execute("DELETE FROM events WHERE org_sequence > 3")
        owner.execute("UPDATE organization_heads SET org_sequence = 3")
        assert await anext(batches) == (3, None)
        await _append(bare_recorder, organization_id)
        position, events = await anext(batches)
    assert (position, [event.position for event in events or ()]) == (4, [4])


async def test_when_there_are_very_many_others_each_organization_has_a_few(
    database: Database, organization_id: UUID
) -> None:
    async with _feed(database, most_followers=2 * ALWAYS_LET_IN) as feed, asyncio.TaskGroup() as group:
        following = [
            group.create_task(_followed(feed, organization_id, count=1, after=None)) for _ in range(2 * ALWAYS_LET_IN)
        ]
        await asyncio.sleep(0.05)
        with pytest.raises(TooManyFollowers):
            await _followed(feed, organization_id, count=1)
        other = uuid4()
        following += [group.create_task(_followed(feed, other, count=1, after=None)) for _ in range(ALWAYS_LET_IN)]
        await asyncio.sleep(0.05)
        with pytest.raises(TooManyFollowers):
            await _followed(feed, other, count=1)
        await feed.close()
    assert all(task.result() == [] for task in following)
