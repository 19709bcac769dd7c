"""Idempotency keys in their table: the contract of every store, and what becomes of the keys of processes that died."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.idempotency_claims import PostgresClaims
from adapters.postgres.tenant_statements import Tenant
from adapters.system_clock import SystemClock
from application.caller import acting_as
from application.ports.idempotency_claims import Claimed, InFlight, Mismatch, Replay
from tests.contract.idempotency_claims_contract import ASKED_OTHERWISE, ClaimsContract, claimed, completed, on_behalf_of
from tests.databases import Connection, Database


@pytest.fixture
async def claims(database: Database) -> AsyncIterator[PostgresClaims]:
    async with reading_pool(database.app_url) as pool:
        yield PostgresClaims(Tenant(pool), SystemClock())


def time_passes(owner: Connection, how_long: str) -> None:
    owner.execute("UPDATE idempotency_keys SET claimed_at = claimed_at - %s::interval", [how_long])


class TestPostgresClaims(ClaimsContract):
    """All of the contract, on the table."""


async def test_what_a_dead_process_left_open_can_be_asked_again(claims: PostgresClaims, owner: Connection) -> None:
    organization = uuid4()
    assert await claimed(claims, organization) == Claimed()
    time_passes(owner, "19 seconds")
    assert await claimed(claims, organization) == InFlight()
    time_passes(owner, "2 seconds")
    assert await claimed(claims, organization, fingerprint=ASKED_OTHERWISE) == Mismatch()
    assert await claimed(claims, organization) == Claimed()


async def test_what_a_slow_process_works_on_cannot(claims: PostgresClaims, owner: Connection) -> None:
    organization = uuid4()
    await claimed(claims, organization)
    for _ in range(3):
        time_passes(owner, "19 seconds")
        with acting_as(on_behalf_of(organization)):
            await claims.hold("key")
        assert await claimed(claims, organization) == InFlight()


async def test_an_answer_is_kept_for_a_day(claims: PostgresClaims, owner: Connection) -> None:
    organization: UUID = uuid4()
    await claimed(claims, organization)
    await completed(claims, organization)
    time_passes(owner, "23 hours 59 minutes")
    assert isinstance(await claimed(claims, organization), Replay)
    time_passes(owner, "2 minutes")
    assert await claimed(claims, organization, fingerprint=ASKED_OTHERWISE) == Claimed()


async def test_a_claim_from_a_time_to_come_holds_nobody_up(claims: PostgresClaims, owner: Connection) -> None:
    """As a clock leaves it behind that was an hour ahead."""
    organization = uuid4()
    await claimed(claims, organization)
    time_passes(owner, "-15 seconds")
    assert await claimed(claims, organization) == InFlight()
    time_passes(owner, "-1 hour")
    assert await claimed(claims, organization) == Claimed()
    assert await claimed(claims, organization) == InFlight()
