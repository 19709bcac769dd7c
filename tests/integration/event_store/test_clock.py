"""A clock that was set back freezes no organization's time in silence, and says about itself that it is wrong."""

from uuid import UUID, uuid4

import pytest

from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedProviders
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.log_clock import PostgresLogClock
from application.errors import LogAheadOfClock, Unavailable
from tests.builders import a_provider, a_stored_event, acting, an_append
from tests.databases import Connection, Database
from tests.log_contents import assert_whole, contents


def the_clock_was_ahead(owner: Connection, organization_id: UUID, by: str) -> None:
    """Date the end of the organization's log as a clock does that is so much ahead."""
    owner.execute(
        "UPDATE organization_heads SET recorded_at = clock_timestamp() + %s::interval WHERE organization_id = %s",
        (by, organization_id),
    )


async def test_hours_of_events_never_get_one_time(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    provider = a_provider()
    with acting(organization_id):
        await providers.save(provider)
    the_clock_was_ahead(owner, organization_id, "1 hour")
    before = contents(owner)
    provider.rename("Later")
    with acting(organization_id), pytest.raises(LogAheadOfClock) as refused:
        await providers.save(provider)
    assert contents(owner) == before
    assert isinstance(refused.value, Unavailable)
    assert 3590 < refused.value.seconds <= 3600
    with acting(other := uuid4()):
        await providers.save(a_provider())
    the_clock_was_ahead(owner, organization_id, "9 seconds")
    with acting(organization_id):
        assert (await providers.save(provider)).position == 2
    assert owner.execute("SELECT count(*) FROM events WHERE organization_id = %s", (other,)).fetchone() == (1,)


async def test_a_command_that_was_applied_is_answered_whatever_the_clock_says(
    bare_recorder: LedgerRecorder, organization_id: UUID, owner: Connection
) -> None:
    append = an_append(organization_id)
    bare_recorder.insert_events([a_stored_event()], append=append)
    the_clock_was_ahead(owner, organization_id, "1 hour")
    assert [record.position for record in bare_recorder.command_outcome(organization_id, append.command_id)] == [1]


async def test_the_clock_is_reported_with_what_is_ahead_of_it(
    database: Database, bare_recorder: LedgerRecorder, owner: Connection
) -> None:
    organizations = [uuid4() for _ in range(3)]
    for organization_id in organizations:
        bare_recorder.insert_events([a_stored_event()], append=an_append(organization_id))
    assert_whole(owner)
    async with reading_pool(database.admin_url, size=1) as pool:
        clock = PostgresLogClock(pool)
        reading = await clock.read()
        assert (reading.organizations_ahead, reading.seconds_ahead) == (0, 0)
        the_clock_was_ahead(owner, organizations[0], "1 hour")
        the_clock_was_ahead(owner, organizations[1], "1 minute")
        reading = await clock.read()
    assert reading.organizations_ahead == 2
    assert 3590 < reading.seconds_ahead <= 3600
