"""The contract of every store of model list snapshots."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from application.discovery.model_list_snapshots import ModelListState
from application.discovery.offer_changes import Snapshot
from domain.provider.aggregate import Provider
from domain.provider.values import NewCredential
from tests.builders import ANOTHER_ENDPOINT, a_model, a_provider, acting
from tests.contract.snapshots_under_test import SnapshotsUnderTest

LONG = 60.0
FAILURE = {"message": "It is down.", "category": "timeout"}


def a_snapshot(state: ModelListState, fetched_at: datetime, *model_ids: str) -> Snapshot:
    return Snapshot(
        endpoint=state.endpoint,
        basis=state.basis,
        fetched_at=fetched_at.isoformat(),
        offered={model_id: {"model_id": model_id, "extras": {"z": 1, "a": [None, "ä"]}} for model_id in model_ids},
        missing={"gone": {"since": "2026-01-01T00:00:00+00:00", "aliases": []}},
        changes={"added": ["b"], "since": None},
    )


class SnapshotsContract:
    """Inherited by the tests of each; `subject` gives an empty store."""

    @pytest.fixture
    def organization_id(self) -> UUID:
        return uuid4()

    @pytest.fixture
    async def provider(self, subject: SnapshotsUnderTest, organization_id: UUID) -> Provider:
        return await self.saved(subject, organization_id, a_provider(name="Ours", settings={"region": "eu"}))

    @staticmethod
    async def saved(subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider) -> Provider:
        with acting(organization_id):
            await subject.providers.save(provider)
        return provider

    @staticmethod
    async def state(subject: SnapshotsUnderTest, organization_id: UUID, provider_id: UUID) -> ModelListState:
        with acting(organization_id):
            [state] = (await subject.snapshots.state(provider_id)).providers
        return state

    async def asked(self, subject: SnapshotsUnderTest, organization_id: UUID, provider_id: UUID) -> datetime:
        """Lease and release, for the time that it gives."""
        holder = uuid4()
        with acting(organization_id):
            moment = await subject.snapshots.lease(provider_id, holder, LONG)
            await subject.snapshots.release(provider_id, holder)
        assert moment is not None
        return moment

    async def test_a_provider_that_never_answered_has_no_snapshot(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        state = await self.state(subject, organization_id, provider.id)
        assert (state.provider_id, state.provider_type) == (provider.id, "openai")
        assert (state.endpoint, state.held, state.failed) == (provider.endpoint, None, None)
        with acting(organization_id):
            assert await subject.snapshots.load(provider.id) is None

    async def test_those_in_use_stand_by_name_and_each_organization_has_its_own(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        disabled = await self.saved(subject, organization_id, a_provider(name="Disabled", is_enabled=False))
        first = await self.saved(subject, organization_id, a_provider(name="First"))
        with acting(organization_id):
            states = await subject.snapshots.states()
            assert [each.provider_id for each in states.providers] == [first.id, provider.id]
            assert len((await subject.snapshots.state(disabled.id)).providers) == 1
        with acting(uuid4()):
            nobodys = await subject.snapshots.states()
            assert (nobodys.org_sequence, list(nobodys.providers)) == (0, [])
            assert list((await subject.snapshots.state(provider.id)).providers) == []

    async def test_the_sequence_grows_with_the_organizations_log(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        with acting(organization_id):
            before = (await subject.snapshots.states()).org_sequence
            await subject.models.save(a_model(provider_id=provider.id))
            assert (await subject.snapshots.states()).org_sequence == before + 1
            assert (await subject.snapshots.state(provider.id)).org_sequence == before + 1

    async def test_what_was_kept_comes_back_in_its_order_with_its_age(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        state = await self.state(subject, organization_id, provider.id)
        moment = await self.asked(subject, organization_id, provider.id)
        snapshot = a_snapshot(state, moment, "zeta", "b", "alpha-long-name")
        with acting(organization_id):
            assert await subject.snapshots.keep(provider.id, snapshot)
            loaded = await subject.snapshots.load(provider.id)
        assert loaded == snapshot
        assert list(loaded.offered) == ["zeta", "b", "alpha-long-name"]
        state = await self.state(subject, organization_id, provider.id)
        assert state.usable is not None
        assert state.usable.fetched_at == moment
        assert 0 <= state.usable.age < 30

    async def test_an_older_answer_replaces_no_newer_one(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        state = await self.state(subject, organization_id, provider.id)
        moment = await self.asked(subject, organization_id, provider.id)
        newer, older = (a_snapshot(state, moment + timedelta(seconds=number), str(number)) for number in (0, -1))
        with acting(organization_id):
            kept = [await subject.snapshots.keep(provider.id, each) for each in (newer, newer, older)]
            assert kept == [True, False, False]
            assert await subject.snapshots.load(provider.id) == newer

    @pytest.mark.parametrize("change", ["endpoint", "key", "no key", "settings"])
    async def test_an_answer_is_that_of_the_provider_as_it_was_asked(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider, change: str
    ) -> None:
        before = await self.state(subject, organization_id, provider.id)
        moment = await self.asked(subject, organization_id, provider.id)
        with acting(organization_id):
            await subject.snapshots.keep(provider.id, a_snapshot(before, moment, "a"))
        if change == "endpoint":
            provider.move(ANOTHER_ENDPOINT, NewCredential("…wxyz"))
        elif change == "key":
            provider.replace_credential(NewCredential("…abcd"))
        elif change == "no key":
            provider.remove_credential()
        else:
            provider.change_settings({"region": "us"})
        await self.saved(subject, organization_id, provider)
        after = await self.state(subject, organization_id, provider.id)
        assert after.basis != before.basis
        assert (after.held is not None, after.usable) == (True, None)
        with acting(organization_id):
            late = a_snapshot(before, moment + timedelta(seconds=1), "b")
            assert not await subject.snapshots.keep(provider.id, late)

    async def test_a_new_name_or_a_disabled_provider_makes_no_difference(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        before = await self.state(subject, organization_id, provider.id)
        provider.rename("Other")
        provider.disable()
        provider.record_health("healthy", "ok")
        await self.saved(subject, organization_id, provider)
        assert (await self.state(subject, organization_id, provider.id)).basis == before.basis

    async def test_one_at_a_time_may_ask(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        one, other = uuid4(), uuid4()
        with acting(organization_id):
            leased = await subject.snapshots.lease(provider.id, one, LONG)
            assert leased is not None
            assert await subject.snapshots.lease(provider.id, other, LONG) is None
            renewed = await subject.snapshots.lease(provider.id, one, LONG)
            assert renewed is not None
            assert renewed > leased
            await subject.snapshots.release(provider.id, other)
            assert await subject.snapshots.lease(provider.id, other, LONG) is None
            await subject.snapshots.release(provider.id, one)
            assert await subject.snapshots.lease(provider.id, other, LONG) is not None
        with acting(uuid4()):
            assert await subject.snapshots.lease(provider.id, one, LONG) is None

    async def test_of_many_at_once_one_gets_the_lease(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        with acting(organization_id):
            leases = await asyncio.gather(*(subject.snapshots.lease(provider.id, uuid4(), LONG) for _ in range(20)))
        assert sum(lease is not None for lease in leases) == 1

    async def test_a_lease_ends_by_itself(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        with acting(organization_id):
            assert await subject.snapshots.lease(provider.id, uuid4(), 0.05) is not None
            await asyncio.sleep(0.1)
            assert await subject.snapshots.lease(provider.id, uuid4(), LONG) is not None

    async def test_a_failure_is_known_for_a_while_and_forgotten_with_an_answer(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        state = await self.state(subject, organization_id, provider.id)
        holder = uuid4()
        with acting(organization_id):
            await subject.snapshots.lease(provider.id, holder, LONG)
            for stranger, quiet in ((True, LONG), (False, 0.3)):
                await subject.snapshots.fail(
                    provider.id,
                    uuid4() if stranger else holder,
                    basis=state.basis,
                    failure=FAILURE,
                    quiet_seconds=quiet,
                )
            await subject.snapshots.release(provider.id, holder)
        failed = await self.state(subject, organization_id, provider.id)
        assert failed.refused is not None
        assert (failed.refused.failure, failed.refused.basis) == (FAILURE, state.basis)
        assert abs((failed.refused.failed_at - datetime.now(UTC)).total_seconds()) < 30
        await asyncio.sleep(0.35)
        later = await self.state(subject, organization_id, provider.id)
        assert (later.refused is None, later.failed is None) == (True, False)
        moment = await self.asked(subject, organization_id, provider.id)
        with acting(organization_id):
            await subject.snapshots.keep(provider.id, a_snapshot(state, moment, "a"))
        assert (await self.state(subject, organization_id, provider.id)).failed is None

    async def test_a_failure_of_an_earlier_configuration_is_none_of_this_one(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        holder = uuid4()
        with acting(organization_id):
            await subject.snapshots.lease(provider.id, holder, LONG)
            await subject.snapshots.fail(provider.id, holder, basis="old", failure=FAILURE, quiet_seconds=LONG)
        assert (await self.state(subject, organization_id, provider.id)).refused is None

    async def test_nothing_is_kept_of_a_provider_that_is_gone(
        self, subject: SnapshotsUnderTest, organization_id: UUID, provider: Provider
    ) -> None:
        state = await self.state(subject, organization_id, provider.id)
        moment = await self.asked(subject, organization_id, provider.id)
        with acting(organization_id):
            assert await subject.snapshots.keep(provider.id, a_snapshot(state, moment, "a"))
        provider.remove()
        await self.saved(subject, organization_id, provider)
        late = a_snapshot(state, moment + timedelta(seconds=1), "a")
        with acting(organization_id):
            assert await subject.snapshots.load(provider.id) is None
            assert await subject.snapshots.lease(provider.id, uuid4(), LONG) is None
            assert not await subject.snapshots.keep(provider.id, late)
            assert list((await subject.snapshots.state(provider.id)).providers) == []
            assert await subject.snapshots.load(provider.id) is None
