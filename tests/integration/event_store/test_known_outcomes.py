"""A connection that breaks around the commit, with a pooler before the server, and what the command knows of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from adapters.event_store.repositories import EventSourcedProviders
from application.errors import CommandOutcomeUnknown, Unavailable
from tests.builders import a_provider, acting
from tests.databases import Connect, Connection, Database
from tests.integration.event_store.test_lost_connections import (
    COMMAND,
    MARKER,
    patience_seconds,
    providers,
    proxy,
    repository_on,
    saved,
)
from tests.log_contents import contents, topics
from tests.postgres_proxy import Break, PostgresProxy

__all__ = ["patience_seconds", "providers", "proxy"]


def _cancel_whoever_waits(owner: Connection) -> None:
    cancelled = 0
    while not cancelled:
        waiting = owner.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        cancelled = waiting.rowcount


@pytest.fixture
async def pooled(
    database: Database, organization_id: UUID
) -> AsyncIterator[tuple[EventSourcedProviders, PostgresProxy]]:
    """Give a repository behind a line that names processes as poolers do."""
    with PostgresProxy(database.app_url, names_processes=True) as proxy, repository_on(proxy.url) as repository:
        with acting(organization_id):
            await repository.save(a_provider(name="Before"))
        yield repository, proxy


async def test_behind_a_pooler_what_is_not_in_the_log_may_still_come(
    pooled: tuple[EventSourcedProviders, PostgresProxy], organization_id: UUID, connect: Connect
) -> None:
    """The server's process cannot be named, so that nobody ends it: it continues when its turn comes."""
    providers, proxy = pooled
    owner, blocker = connect(), connect()
    proxy.break_once(MARKER.encode(), Break.AFTER_DELIVERY)
    provider_id = uuid4()
    with blocker.transaction():
        blocker.execute("LOCK TABLE events IN SHARE MODE")
        saving = asyncio.create_task(saved(providers, organization_id, provider_id))
        await asyncio.sleep(0.2)
    # Whichever of the two comes first to the head, what is said is true.
    try:
        recorded = await saving
    except CommandOutcomeUnknown:
        recorded = await saved(providers, organization_id, provider_id)
    assert (recorded.aggregate_id, recorded.position) == (provider_id, 2)
    assert topics(owner) == ["provider.registered"] * 2


async def test_behind_a_pooler_what_never_arrived_is_not_known(
    pooled: tuple[EventSourcedProviders, PostgresProxy], organization_id: UUID, owner: Connection
) -> None:
    providers, proxy = pooled
    proxy.break_once(MARKER.encode(), Break.BEFORE_DELIVERY)
    with pytest.raises(CommandOutcomeUnknown):
        await saved(providers, organization_id, uuid4())
    assert len(topics(owner)) == 1


async def test_behind_a_pooler_what_was_committed_is_answered(
    pooled: tuple[EventSourcedProviders, PostgresProxy], organization_id: UUID
) -> None:
    providers, proxy = pooled
    proxy.break_once(MARKER.encode(), Break.BEFORE_THE_ANSWER)
    provider_id = uuid4()
    recorded = await saved(providers, organization_id, provider_id)
    assert (recorded.aggregate_id, recorded.position) == (provider_id, 2)


@pytest.mark.parametrize(
    ("where", "goes_down", "patience_seconds", "known"),
    [
        (Break.BEFORE_THE_ANSWER, False, 0.7, "made"),
        (Break.BEFORE_DELIVERY, False, 0.7, "unchanged"),
        (Break.BEFORE_THE_ANSWER, True, 0.1, "unknown"),
        (Break.BEFORE_DELIVERY, True, 0.1, "unknown"),
    ],
)
async def test_the_command_knows_what_became_of_it(
    providers: EventSourcedProviders,
    proxy: PostgresProxy,
    organization_id: UUID,
    *,
    where: Break,
    goes_down: bool,
    known: str,
) -> None:
    proxy.break_once(MARKER.encode(), where, then=proxy.go_down if goes_down else lambda: None)
    command = acting(organization_id, command_id=COMMAND, correlation_id=MARKER)
    with command as caller, suppress(Unavailable, CommandOutcomeUnknown):
        await providers.save(a_provider(name="Main"))
    assert caller.outcome.known == known
    assert caller.outcome.position == (2 if known == "made" else None)
    assert caller.outcome.unresolved == (COMMAND if known == "unknown" else None)


async def test_a_cancelled_append_has_changed_nothing(
    providers: EventSourcedProviders, organization_id: UUID, connect: Connect
) -> None:
    owner, blocker = connect(), connect()
    before = contents(owner)
    with blocker.transaction():
        blocker.execute("LOCK TABLE events IN SHARE MODE")
        with acting(organization_id) as caller:
            saving = asyncio.create_task(providers.save(a_provider(name="Main")))
            await asyncio.to_thread(_cancel_whoever_waits, owner)
            with pytest.raises(Unavailable):
                await saving
    assert caller.outcome.known == "unchanged"
    assert contents(owner) == before
