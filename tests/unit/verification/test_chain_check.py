"""Each way to tamper with a log is found: the first event that does not fit is named."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.verification.chain_check import ChainCheck
from application.verification.hash_chain import Head, StoredEvent, eight_bytes, genesis_hash, number, stored_hash
from application.verification.log_findings import LogFinding
from tests.chained_events import event_hash
from tests.event_chains import ORGANIZATION, a_log, an_event, chained, head_of
from tests.unit.verification.test_hash_chain import EVENT

Log = list["StoredEvent"]
LENGTH = 12

places = st.integers(0, LENGTH - 1)
middles = st.integers(1, LENGTH - 2)


def _checked(log: Log, head: Head | None = None, *, batch: int = 5) -> LogFinding | None:
    check = ChainCheck(ORGANIZATION.bytes)
    for start in range(0, len(log), batch):
        check.take(log[start : start + batch])
    return check.finish(head or head_of(log))


def _summary(finding: LogFinding | None) -> tuple[str, int | None, int] | None:
    return None if finding is None else (finding.kind, finding.sequence, finding.count)


def _renumbered(log: Log, by: int) -> Log:
    return [event._replace(org_sequence=eight_bytes(number(event.org_sequence) + by)) for event in log]


def test_both_ways_to_hash_an_event_agree() -> None:
    raw = an_event(1)._replace(
        organization_id=EVENT.organization_id.bytes,
        org_sequence=eight_bytes(EVENT.org_sequence),
        aggregate_id=EVENT.aggregate_id.bytes,
        revision=EVENT.revision.to_bytes(4, "big", signed=True),
        topic=EVENT.topic.encode(),
        actor=EVENT.actor.encode(),
        command_id=EVENT.command_id.bytes,
        correlation_id=EVENT.correlation_id.encode(),
        reason=None if EVENT.reason is None else EVENT.reason.encode(),
        recorded_at=eight_bytes(round(EVENT.recorded_at.timestamp() * 1_000_000)),
        state=EVENT.state,
        previous_hash=bytes(range(32)),
    )
    assert stored_hash(raw) == event_hash(bytes(range(32)), EVENT)
    long = raw._replace(correlation_id=b"x" * 5000, reason=b"y" * 1024)
    assert len({stored_hash(long), stored_hash(raw)}) == 2


@pytest.mark.parametrize("length", [1, 2, 5, 17])
def test_a_log_in_order_has_no_findings(length: int) -> None:
    assert _checked(a_log(length)) is None


def test_an_organization_without_events_has_the_head_of_a_beginning() -> None:
    empty = Head(ORGANIZATION.bytes, 0, genesis_hash(ORGANIZATION))
    assert _checked([], empty) is None
    assert _summary(_checked([], empty._replace(hash=bytes(32)))) == ("edited", 0, 1)


@pytest.mark.parametrize(
    "column",
    [
        "organization_id",
        "aggregate_id",
        "revision",
        "topic",
        "actor",
        "command_id",
        "correlation_id",
        "reason",
        "recorded_at",
        "state",
        "previous_hash",
        "hash",
    ],
)
@given(place=places)
def test_an_edited_event_is_named(column: str, place: int) -> None:
    log = a_log(LENGTH)
    value = getattr(log[place], column) or b"why"
    edited = value[:-1] + bytes([value[-1] ^ 1])
    log[place] = log[place]._replace(**{column: edited})
    finding = _checked(log)
    assert finding is not None
    assert (finding.kind, finding.sequence) == ("edited", place + 1)


@given(place=places)
def test_an_event_whose_hash_was_made_to_fit_is_named(place: int) -> None:
    log = a_log(LENGTH)
    head = head_of(log)
    forged = log[place]._replace(actor=b"nobody")
    log[place] = forged._replace(hash=stored_hash(forged))
    # The event after it follows another one; after the last one, the head does.
    assert _summary(_checked(log, head)) == ("edited", min(place + 2, LENGTH), 1)


@given(place=middles, count=st.integers(1, 3))
def test_deleted_events_are_named(place: int, count: int) -> None:
    log = a_log(LENGTH)
    del log[place : place + count]
    gone = min(count, LENGTH - place)
    kind = "deleted" if place + gone < LENGTH else "truncated"
    assert _summary(_checked(log, head_of(a_log(LENGTH)))) == (kind, place + 1, gone)


def test_the_first_event_is_missed() -> None:
    assert _summary(_checked(a_log(LENGTH)[1:])) == ("deleted", 1, 1)


@given(place=st.integers(0, LENGTH - 3), count=st.integers(1, 2))
def test_deletion_is_found_behind_new_numbers(place: int, count: int) -> None:
    log = a_log(LENGTH)
    kept = log[:place] + _renumbered(log[place + count :], -count)
    assert _summary(_checked(kept, head_of(kept))) == ("edited", place + 1, 1)


@given(
    place=st.integers(0, LENGTH - 1),
    count=st.integers(1, 2),
    linked=st.booleans(),
)
def test_insertion_is_found_behind_new_numbers(place: int, count: int, linked: bool) -> None:
    log = a_log(LENGTH)
    forged = [an_event(place + 1 + number_, state=b'{"forged":true}') for number_ in range(count)]
    together = log[:place] + forged
    together = chained(together, start=place) if linked else [*log[:place], *chained(forged)]
    whole = together + _renumbered(log[place:], count)
    found = _checked(whole, head_of(whole))
    # Forged events that were linked are followed by one that does not follow them.
    assert found is not None
    assert found.sequence is not None
    assert place + 1 <= found.sequence <= place + 1 + count


@given(first=places, second=places)
def test_events_that_changed_places_are_named(first: int, second: int) -> None:
    if first == second:
        return
    log = a_log(LENGTH)
    one, other = log[first], log[second]
    log[first] = other._replace(org_sequence=one.org_sequence)
    log[second] = one._replace(org_sequence=other.org_sequence)
    assert _summary(_checked(log, head_of(a_log(LENGTH)))) == ("edited", min(first, second) + 1, 1)


@given(length=st.integers(1, LENGTH - 1))
def test_a_log_that_was_cut_off_is_shorter_than_its_head_says(length: int) -> None:
    log = a_log(LENGTH)
    assert _summary(_checked(log[:length], head_of(log))) == ("truncated", length + 1, LENGTH - length)


def test_a_head_with_another_hash_is_noticed() -> None:
    log = a_log(LENGTH)
    assert _summary(_checked(log, head_of(log)._replace(hash=bytes(32)))) == ("edited", LENGTH, 1)


def test_two_events_of_one_number_are_noticed() -> None:
    log = a_log(LENGTH)
    log.insert(5, log[4])
    assert _summary(_checked(log)) == ("inserted", 5, 1)


def test_events_that_were_chained_in_the_wrong_order_are_noticed() -> None:
    log = a_log(LENGTH)
    log[6] = log[6]._replace(recorded_at=log[0].recorded_at)
    assert _summary(_checked(chained(log))) == ("out-of-order", 7, 1)


@pytest.mark.parametrize(("revision", "is_right"), [(2, True), (1, False), (3, False), (7, False)])
@pytest.mark.parametrize("is_proved", [False, True])
def test_revisions_follow_each_other_also_those_that_were_proved(
    revision: int, is_right: bool, is_proved: bool
) -> None:
    log = a_log(LENGTH)
    log[8] = log[8]._replace(aggregate_id=log[2].aggregate_id, revision=revision.to_bytes(4, "big"))
    log = chained(log)
    start = 5 if is_proved else 0
    check = ChainCheck(ORGANIZATION.bytes, head_of(log[:5]) if is_proved else None)
    unknown = check.unknown_aggregates(log[start:])
    known = {UUID(bytes=event.aggregate_id): number(event.revision) for event in log[:start]}
    check.know({id_: known[id_] for id_ in unknown if id_ in known})
    check.take(log[start:])
    assert _summary(check.finish(head_of(log))) == (None if is_right else ("out-of-order", 9, 1))


def test_events_after_a_proof_have_to_follow_it() -> None:
    log = a_log(LENGTH)
    for proved, found in ((head_of(log[:5]), None), (head_of(log[:5])._replace(hash=bytes(32)), ("edited", 6, 1))):
        check = ChainCheck(ORGANIZATION.bytes, proved)
        check.take(log[5:])
        assert (_summary(check.finish(head_of(log))), check.count) == (found, LENGTH - 5)


def test_of_a_log_that_was_edited_throughout_the_first_event_is_named() -> None:
    log = [event._replace(actor=b"nobody") for event in a_log(2000)]
    assert _summary(_checked(log, batch=300)) == ("edited", 1, 1)
