"""Whatever a superuser does to the log is found and reported with its kind and its position."""

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.event_store.recorder import LedgerRecorder
from application.verification.log_findings import LogFinding
from tests.databases import Connection
from tests.integration.verification.conftest import CHECKPOINT_AFTER, LENGTH, Auditor, Logs, append, restore
from tests.integration.verification.tampering import (
    KINDS,
    SINKS,
    Expected,
    SinkTampering,
    Tamperer,
    cut_off_what_both_know,
    restore_checkpoints,
)

HIDDEN_AFTER_THE_CHECKPOINT = {Tamperer.chain_anew, Tamperer.cut_off_with_the_heads}
HIDDEN_AT_THE_END = {Tamperer.delete_and_number_anew}


async def test_a_log_that_nobody_touched_is_whole(auditor: Auditor, logs: Logs) -> None:
    whole = await auditor.verify()
    assert (whole.findings, whole.organizations, whole.events) == ([], 2, 2 * LENGTH)
    assert whole.checkpoint is not None
    assert (whole.checkpoint.heads, whole.checkpoint.covers) == (2, "all")
    uncovered = {each.organization_id: (each.first, each.events) for each in whole.uncovered}
    assert uncovered == dict.fromkeys((logs.tampered, logs.innocent), (CHECKPOINT_AFTER + 1, LENGTH - CHECKPOINT_AFTER))
    own = await auditor.verify(logs.tampered)
    assert (own.findings, own.events, own.last_sequence) == ([], LENGTH, LENGTH)
    assert own.vouched_sequence == CHECKPOINT_AFTER


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(1, LENGTH), is_proved=st.booleans())
@example(place=LENGTH, is_proved=False)
@example(place=CHECKPOINT_AFTER // 2, is_proved=True)
async def test_it_is_found_and_its_place_named(
    auditor: Auditor,
    logs: Logs,
    unguarded: Connection,
    kind: Callable[[Tamperer, int], Expected],
    place: int,
    is_proved: bool,
) -> None:
    restore(unguarded)
    unguarded.execute("DELETE FROM log_proofs")
    if is_proved:
        assert (await auditor.verify()).findings == []
        assert (await auditor.verify()).proved_before == 2 * LENGTH
    expected = kind(Tamperer(unguarded, logs.tampered, LENGTH), place)
    of_all = (await auditor.verify()).findings
    is_hidden = kind in HIDDEN_AFTER_THE_CHECKPOINT or (kind in HIDDEN_AT_THE_END and place == LENGTH)
    if is_hidden and place > CHECKPOINT_AFTER:
        assert (await auditor.verify(logs.tampered)).vouched_sequence < place
        return
    assert of_all != []
    assert {finding.organization_id for finding in of_all} <= _involved(kind, logs)
    assert _names(of_all, expected)
    innocent = (await auditor.verify(logs.innocent)).findings
    assert innocent == [] or kind is Tamperer.give_to_another
    assert _names((await auditor.verify(logs.tampered, full=True)).findings, expected)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(1, LENGTH), tamper_with_sink=st.sampled_from(SINKS))
@example(place=CHECKPOINT_AFTER + 1, tamper_with_sink=cut_off_what_both_know)
async def test_tampering_with_log_and_sink_is_found(
    auditor: Auditor,
    logs: Logs,
    unguarded: Connection,
    kind: Callable[[Tamperer, int], Expected],
    place: int,
    tamper_with_sink: SinkTampering,
) -> None:
    restore(unguarded)
    restore_checkpoints(auditor.sink.path, unguarded)
    await auditor.checkpoint()
    kind(Tamperer(unguarded, logs.tampered, LENGTH), place)
    tamper_with_sink(auditor.sink.path, unguarded)
    assert (await auditor.verify()).findings != []
    assert (await auditor.verify(logs.tampered)).findings != []


@pytest.mark.parametrize("tamper_with_sink", SINKS, ids=lambda tamper: tamper.__name__)
async def test_tampering_with_the_sink_alone_is_found(
    auditor: Auditor, logs: Logs, unguarded: Connection, tamper_with_sink: SinkTampering
) -> None:
    for _ in range(2):
        await auditor.checkpoint()
        assert (await auditor.verify()).findings == []
    tamper_with_sink(auditor.sink.path, unguarded)
    for only in (None, logs.tampered):
        assert (await auditor.verify(only)).findings != []


def _names(findings: Sequence[LogFinding], expected: Expected) -> bool:
    """Return whether a finding names the first event that does not fit: what was done, or the event after it."""
    first = min(sequence for _, sequence in expected)
    return any(
        finding.sequence is not None and finding.sequence <= first + 1 <= finding.sequence + finding.count
        for finding in findings
    )


def _involved(kind: Callable[[Tamperer, int], Expected], logs: Logs) -> set[UUID | None]:
    tampered: set[UUID | None] = {logs.tampered}
    return tampered | ({logs.innocent} if kind is Tamperer.give_to_another else set())


async def test_events_recorded_meanwhile_are_no_finding(
    auditor: Auditor, logs: Logs, bare_recorder: LedgerRecorder
) -> None:
    await auditor.checkpoint()
    append(bare_recorder, logs.tampered, 3)
    append(bare_recorder, UUID(int=3 << 100), 3)
    assert (await auditor.verify()).findings == []
    await auditor.checkpoint()
    assert (await auditor.verify()).findings == []


async def test_a_clock_that_was_set_back_leaves_the_log_in_order(
    auditor: Auditor, logs: Logs, bare_recorder: LedgerRecorder, owner: Connection
) -> None:
    """As if the last event had been recorded some seconds from now: what follows is dated no earlier."""
    owner.execute("UPDATE organization_heads SET recorded_at = clock_timestamp() + interval '8 seconds'")
    append(bare_recorder, logs.tampered, 2)
    append(bare_recorder, logs.tampered, 1)
    times = [
        row[0]
        for row in owner.execute(
            "SELECT recorded_at FROM events WHERE organization_id = %s ORDER BY org_sequence", (logs.tampered,)
        )
    ]
    assert times == sorted(times)
    assert times[-1] == times[-2] > times[LENGTH - 1]
    found = await auditor.verify()
    assert found.findings == []
    assert 0 < found.seconds_ahead < 8
