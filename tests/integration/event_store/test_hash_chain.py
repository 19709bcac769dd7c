"""The database and the documented layout in Python compute the same hashes."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.event_store.repositories import EventSourcedProviders
from application.verification.hash_chain import genesis_hash
from tests.builders import a_provider, acting
from tests.chained_events import ChainedEvent, event_hash
from tests.databases import Connection
from tests.log_contents import assert_whole, events
from tests.unit.verification.test_hash_chain import EVENT

IN_THE_DATABASE = """
SELECT event_hash(%s, %s, %s::bigint, %s, %s::integer, %s, %s, %s, %s, %s, %s, %s)
"""
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
longs = st.integers(-(2**63), 2**63 - 1)
chained_events = st.builds(
    ChainedEvent,
    organization_id=st.uuids(),
    org_sequence=longs,
    aggregate_id=st.uuids(),
    revision=st.integers(-(2**31), 2**31 - 1),
    topic=texts,
    state=st.binary(),
    actor=texts,
    command_id=st.uuids(),
    correlation_id=texts,
    reason=st.none() | texts,
    recorded_at=st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
)


def _hashed(connection: Connection, previous_hash: bytes, event: ChainedEvent) -> bytes:
    parameters = (
        previous_hash,
        event.organization_id,
        event.org_sequence,
        event.aggregate_id,
        event.revision,
        event.topic,
        event.state,
        event.actor,
        event.command_id,
        event.correlation_id,
        event.reason,
        event.recorded_at,
    )
    [[result]] = connection.execute(IN_THE_DATABASE, parameters).fetchall()
    assert isinstance(result, bytes)
    return result


# The connection has no state that one example could leave to the next.
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(previous_hash=st.binary(min_size=32, max_size=32), event=chained_events)
@example(previous_hash=bytes(32), event=EVENT)
def test_both_compute_the_same_hash(owner: Connection, previous_hash: bytes, event: ChainedEvent) -> None:
    assert _hashed(owner, previous_hash, event) == event_hash(previous_hash, event)


async def test_the_log_is_chained_from_its_beginning(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    provider = a_provider(settings={"ünïcode": "✓ \N{GRINNING FACE}", "number": 0.1, "nothing": None})
    with acting(organization_id, actor="usér-1", reason="because ✓", correlation_id=""):
        await providers.save(provider)
    with acting(organization_id):
        loaded = await providers.get(provider.id)
        loaded.rename("Ümläut")
        loaded.disable()
        await providers.save(loaded)
    log = events(owner)
    assert log[0]["previous_hash"] == genesis_hash(organization_id)
    assert len({event["hash"] for event in log}) == 3
    assert (log[0]["actor"], log[0]["reason"], log[1]["reason"]) == ("usér-1", "because ✓", None)
    assert_whole(owner)
