"""The event library's own test cases of recorders, on ours.

Not run, because there is nothing they could run on:
    TrackingRecorderTestCase, ProcessRecorderTestCase: read tables are written in the append's own transaction, so
        there are no processes that would keep track of how far they are;
    InfrastructureFactoryTestCase: the recorder is given to the application, no environment variable chooses one;
    TranscoderTestCase: it is about type tags inside JSON, of which the log has none.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.tests import persistence

from adapters.event_store import polling_subscription
from adapters.event_store.recorder import LedgerRecorder
from tests.builders import an_append
from tests.databases import Pool


class _AggregateRecorder(LedgerRecorder):
    """Leaves out what ours tells on top of a plain aggregate recorder: positions and times."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: object) -> None:
        super().insert_events(stored_events)

    def select_events(self, originator_id: UUID | str, **wanted: Any) -> Sequence[StoredEvent]:  # type: ignore[override]  # noqa: ANN401
        return [
            StoredEvent(event.originator_id, event.originator_version, event.topic, event.state)
            for event in super().select_events(originator_id, **wanted)
        ]


class TestApplicationRecorder(persistence.ApplicationRecorderTestCase[LedgerRecorder]):
    @pytest.fixture(autouse=True)
    def _on(self, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(polling_subscription, "_POLL_SECONDS", 0.01)
        self._recorder = _recorder(LedgerRecorder, pool)

    def create_recorder(self) -> LedgerRecorder:
        return self._recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestPositionsOfOneAppend(persistence.NonInterleavingNotificationIDsBaseCase):
    @pytest.fixture(autouse=True)
    def _on(self, pool: Pool) -> None:
        self._recorder = _recorder(LedgerRecorder, pool)

    def create_recorder(self) -> LedgerRecorder:
        return self._recorder


class TestAggregateRecorder(persistence.AggregateRecorderTestCase):
    @pytest.fixture(autouse=True)
    def _on(self, pool: Pool) -> None:
        self._recorder = _recorder(_AggregateRecorder, pool)

    def create_recorder(self) -> LedgerRecorder:
        return self._recorder


def _recorder(kind: type[LedgerRecorder], pool: Pool) -> LedgerRecorder:
    organization_id = uuid4()
    return kind(pool, scope=lambda: an_append(organization_id), projector=lambda _: None)
