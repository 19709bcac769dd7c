"""Snapshots of offers in memory."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from application.caller import current_caller
from application.discovery.model_list_snapshots import FailedQuery, HeldSnapshot, ModelListState, ModelListStates
from application.discovery.offer_changes import Snapshot
from domain.provider.aggregate import Provider
from tests.fakes.ledger import FakeLedger

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Place:
    """What is kept of one provider."""

    snapshot: Snapshot | None = None
    holder: UUID | None = None
    leased_until: datetime = LONG_AGO
    basis: str = ""
    failed_at: datetime | None = None
    quiet_until: datetime = LONG_AGO
    failure: Mapping[str, Any] | None = None


class FakeSnapshots:
    """Keeps what Postgres keeps, of the providers of a ledger in memory."""

    def __init__(self, ledger: FakeLedger, now: Callable[[], datetime] = utc_now) -> None:
        self._ledger = ledger
        self._now = now
        self._places: dict[tuple[UUID, UUID], _Place] = defaultdict(_Place)

    async def states(self) -> ModelListStates:
        providers = [provider for provider in self._ledger.living(Provider) if provider.is_enabled]
        return self._states(sorted(providers, key=lambda provider: (provider.name, provider.id)))

    async def state(self, provider_id: UUID) -> ModelListStates:
        provider = self._ledger.find(Provider, provider_id)
        return self._states([] if provider is None else [provider])

    async def load(self, provider_id: UUID) -> Snapshot | None:
        if self._ledger.find(Provider, provider_id) is None:
            return None
        return deepcopy(self._place(provider_id).snapshot)

    async def keep(self, provider_id: UUID, snapshot: Snapshot) -> bool:
        place, provider = self._place(provider_id), self._ledger.find(Provider, provider_id)
        fetched_at = datetime.fromisoformat(snapshot.fetched_at)
        if place.failed_at is not None and place.failed_at < fetched_at:
            place.failed_at = None
        if provider is None or basis_of(provider) != snapshot.basis:
            return False
        if place.snapshot is not None and datetime.fromisoformat(place.snapshot.fetched_at) >= fetched_at:
            return False
        place.snapshot = deepcopy(snapshot)
        return True

    async def lease(self, provider_id: UUID, holder: UUID, seconds: float) -> datetime | None:
        place, now = self._place(provider_id), self._now()
        if self._ledger.find(Provider, provider_id) is None:
            return None
        if place.holder != holder and place.leased_until >= now:
            return None
        place.holder, place.leased_until = holder, now + timedelta(seconds=seconds)
        return now

    async def release(self, provider_id: UUID, holder: UUID) -> None:
        place = self._place(provider_id)
        if place.holder == holder:
            place.holder, place.leased_until = None, LONG_AGO

    async def fail(
        self, provider_id: UUID, holder: UUID, *, basis: str, failure: Mapping[str, Any], quiet_seconds: float
    ) -> None:
        place, now = self._place(provider_id), self._now()
        if place.holder == holder:
            place.basis, place.failed_at, place.failure = basis, now, dict(failure)
            place.quiet_until = now + timedelta(seconds=quiet_seconds)

    def _place(self, provider_id: UUID) -> _Place:
        return self._places[current_caller().organization_id, provider_id]

    def _states(self, providers: Sequence[Provider]) -> ModelListStates:
        sequence = self._ledger.books.sequence
        return ModelListStates(org_sequence=sequence, providers=[self._state(provider) for provider in providers])

    def _state(self, provider: Provider) -> ModelListState:
        place, now = self._place(provider.id), self._now()
        held = failed = None
        if place.snapshot is not None:
            fetched_at = datetime.fromisoformat(place.snapshot.fetched_at)
            age = (now - fetched_at).total_seconds()
            held = HeldSnapshot(basis=place.snapshot.basis, fetched_at=fetched_at, age=age)
        if place.failed_at is not None and place.failure is not None:
            failed = FailedQuery(
                basis=place.basis,
                failed_at=place.failed_at,
                is_recent=place.quiet_until > now,
                failure=place.failure,
            )
        return ModelListState(
            provider_id=provider.id,
            provider_type=provider.provider_type,
            endpoint=provider.endpoint,
            basis=basis_of(provider),
            held=held,
            failed=failed,
        )


def basis_of(provider: Provider) -> str:
    return json.dumps(
        [provider.endpoint, provider.secrets_version, provider.has_credential, provider.settings], sort_keys=True
    )
