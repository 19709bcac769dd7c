"""Writers at the same time leave one order without gaps, and readers who follow it lose nothing."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Event
from uuid import UUID, uuid4

from adapters.event_store.ledger_errors import RevisionConflict
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from tests.builders import a_model, a_provider, a_stored_event, acting, an_append
from tests.databases import Connect, Connection
from tests.log_contents import assert_whole, events

ORGANIZATIONS = [UUID(int=number) for number in range(1, 4)]
COMMANDS = 90

_LENGTHS = "SELECT organization_id, count(*), max(org_sequence) FROM events GROUP BY organization_id"


def _batch(command: int) -> tuple[UUID, list[int]]:
    """Return an organization and revisions: one to four events, and every seventh command is refused."""
    first = 5 if command % 7 == 0 else 1
    return ORGANIZATIONS[command % 3], list(range(first, first + 1 + command % 4))


def _write(recorder: LedgerRecorder, command: int) -> bool:
    organization_id, revisions = _batch(command)
    aggregate_id = uuid4()
    batch = [a_stored_event(aggregate_id, revision) for revision in revisions]
    try:
        recorder.insert_events(batch, append=an_append(organization_id))
    except RevisionConflict:
        return False
    return True


def test_positions_have_no_gaps(bare_recorder: LedgerRecorder, owner: Connection) -> None:
    with ThreadPoolExecutor(8) as threads:
        accepted = list(threads.map(lambda command: _write(bare_recorder, command), range(COMMANDS)))
    assert accepted == [command % 7 != 0 for command in range(COMMANDS)]
    expected: Counter[UUID] = Counter()
    for command in range(COMMANDS):
        organization_id, revisions = _batch(command)
        expected[organization_id] += len(revisions) if accepted[command] else 0
    assert Counter(event["organization_id"] for event in events(owner)) == expected
    assert_whole(owner)


def test_events_of_one_command_follow_each_other(bare_recorder: LedgerRecorder, owner: Connection) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda command: _write(bare_recorder, command), range(COMMANDS)))
    commands = [event["command_id"] for event in events(owner)]
    changes = sum(earlier != later for earlier, later in pairwise(commands))
    assert changes == len(set(commands)) - 1


def test_a_reader_who_follows_the_positions_loses_nothing(
    bare_recorder: LedgerRecorder, owner: Connection, connect: Connect
) -> None:
    """At no moment is an event of an organization visible while one before it is not."""
    reader = connect()
    done = Event()
    seen: list[tuple[UUID, int, int]] = []

    def follow() -> None:
        while not done.is_set():
            seen.extend(reader.execute(_LENGTHS).fetchall())

    with ThreadPoolExecutor(9) as threads:
        following = threads.submit(follow)
        list(threads.map(lambda command: _write(bare_recorder, command), range(COMMANDS)))
        done.set()
        following.result()
    assert len(set(seen)) > 1
    assert [each for each in seen if each[1] != each[2]] == []
    assert_whole(owner)


def test_first_writes_of_a_new_organization_at_once_make_it_once(
    bare_recorder: LedgerRecorder, owner: Connection
) -> None:
    organization_id = uuid4()
    with ThreadPoolExecutor(8) as threads:
        for _ in range(8):
            threads.submit(bare_recorder.insert_events, [a_stored_event()], append=an_append(organization_id))
    assert owner.execute("SELECT id, name FROM organizations").fetchall() == [(organization_id, None)]
    assert len(events(owner, organization_id)) == 8
    assert_whole(owner)


def test_time_does_not_run_backwards_when_the_clock_does(bare_recorder: LedgerRecorder, owner: Connection) -> None:
    """A clock that was set back looks like a head that was recorded in the future."""
    organization_id = uuid4()
    bare_recorder.insert_events([a_stored_event()], append=an_append(organization_id))
    [event] = events(owner)
    ahead = event["recorded_at"] + timedelta(seconds=8)
    owner.execute("UPDATE organization_heads SET recorded_at = %s", (ahead,))
    bare_recorder.insert_events([a_stored_event()], append=an_append(organization_id))
    other = uuid4()
    bare_recorder.insert_events([a_stored_event()], append=an_append(other))
    first, second = [event["recorded_at"] for event in events(owner, organization_id)]
    [elsewhere] = [event["recorded_at"] for event in events(owner, other)]
    assert first < elsewhere < second == ahead


async def test_a_thousand_models_are_one_command(
    providers: EventSourcedProviders, models: EventSourcedModels, owner: Connection, organization_id: UUID
) -> None:
    provider = a_provider()
    with acting(organization_id):
        await providers.save(provider)
    with acting(organization_id):
        recorded = await models.save_all([a_model(provider_id=provider.id) for _ in range(1_000)])
    assert [record.position for record in recorded] == list(range(2, 1_002))
    assert owner.execute("SELECT count(*), count(DISTINCT updated_at) FROM ai_models").fetchall() == [(1_000, 1)]
    assert_whole(owner)
