"""What is saved is in the log, in the read table and in the aggregate that is loaded next."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from psycopg_pool import ConnectionPool

from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedProviders
from application.projections.project_event import UnknownEventType
from tests.builders import a_provider, a_stored_event, acting, an_append
from tests.databases import Connection
from tests.log_contents import assert_whole, contents


async def test_a_saved_provider_is_loaded_as_it_was(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    provider = a_provider()
    with acting(organization_id):
        recorded = await providers.save(provider)
    with acting(organization_id):
        loaded = await providers.get(provider.id)
    assert (recorded.revision, recorded.position) == (1, 1)
    assert loaded.name == provider.name
    assert owner.execute("SELECT id, revision FROM ai_providers").fetchall() == [(provider.id, 1)]


async def test_an_event_that_this_version_does_not_know_stops_its_own_aggregate_alone(
    providers: EventSourcedProviders, bare_recorder: LedgerRecorder, organization_id: UUID, owner: Connection
) -> None:
    """As after a step back to an older version of the service."""
    strange, other = a_provider(), a_provider()
    for provider in (strange, other):
        with acting(organization_id):
            await providers.save(provider)
    bare_recorder.insert_events(
        [a_stored_event(strange.id, 2, topic="provider.dreamt-of")], append=an_append(organization_id)
    )
    with acting(organization_id):
        with pytest.raises(UnknownEventType):
            await providers.get(strange.id)
        assert (await providers.get(other.id)).name == other.name
    assert_whole(owner)


async def test_an_event_that_no_projection_knows_is_not_written(
    recorder: LedgerRecorder, organization_id: UUID, owner: Connection
) -> None:
    before = contents(owner)
    with acting(organization_id), pytest.raises(UnknownEventType, match=r"provider\.dreamt-of"):
        recorder.insert_events([a_stored_event(topic="provider.dreamt-of")])
    assert contents(owner) == before


def test_a_subscription_follows_the_organization_it_was_made_for(
    recorder: LedgerRecorder, bare_recorder: LedgerRecorder, organization_id: UUID
) -> None:
    with acting(organization_id):
        subscription = recorder.subscribe()
    mine = [a_stored_event(), a_stored_event()]
    with subscription:
        for event in mine:
            bare_recorder.insert_events([a_stored_event()], append=an_append(uuid4()))
            bare_recorder.insert_events([event], append=an_append(organization_id))
        followed = [next(subscription), next(subscription)]
    assert [(event.id, event.originator_id) for event in followed] == [
        (1, mine[0].originator_id),
        (2, mine[1].originator_id),
    ]


def test_an_append_is_prepared_again_where_the_server_has_forgotten_it(
    bare_recorder: LedgerRecorder, pool: ConnectionPool[Connection], organization_id: UUID, owner: Connection
) -> None:
    """As after a ROLLBACK, when psycopg has all forgotten that is prepared."""
    for _ in range(3):
        bare_recorder.insert_events([a_stored_event()], append=an_append(organization_id))
        with pool.connection() as connection:
            connection.execute("DEALLOCATE ALL")
    assert_whole(owner)


@pytest.mark.parametrize("text", ["Größe, 規模, 🙂", "'; DROP TABLE events; --", 'a\\b{c,"d"}', ""])
def test_text_is_recorded_as_it_is(
    bare_recorder: LedgerRecorder, organization_id: UUID, owner: Connection, text: str
) -> None:
    event = a_stored_event(topic=text)
    bare_recorder.insert_events([event], append=replace(an_append(organization_id), actor=text, reason=text))
    bare_recorder.insert_events([a_stored_event(), a_stored_event(topic=text)], append=an_append(organization_id))
    assert owner.execute(
        "SELECT topic, actor, reason FROM events WHERE aggregate_id = %s", (event.originator_id,)
    ).fetchall() == [(text, text, text)]
    assert_whole(owner)
