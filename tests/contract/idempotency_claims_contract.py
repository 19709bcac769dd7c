"""The contract of every store of Idempotency-Key claims."""

import asyncio
from uuid import UUID, uuid4

import pytest

from application.caller import Caller, acting_as
from application.ports.idempotency_claims import Claim, Claimed, Claims, InFlight, Mismatch, Replay

ASKED = b"a" * 32
ASKED_OTHERWISE = b"b" * 32
HEADERS = {"Content-Type": "application/json", "ETag": '"1"'}


def on_behalf_of(organization_id: UUID) -> Caller:
    return Caller(organization_id=organization_id, actor="user-1", command_id=uuid4(), correlation_id="test")


async def claimed(claims: Claims, organization_id: UUID, key: str = "key", fingerprint: bytes = ASKED) -> Claim:
    with acting_as(on_behalf_of(organization_id)):
        return await claims.claim(key, fingerprint, uuid4())


async def completed(claims: Claims, organization_id: UUID, key: str = "key", body: bytes = b'{"a":1}') -> None:
    with acting_as(on_behalf_of(organization_id)):
        await claims.complete(key, 201, HEADERS, body)


async def released(claims: Claims, organization_id: UUID, key: str = "key") -> None:
    with acting_as(on_behalf_of(organization_id)):
        await claims.release(key)


async def left_open(claims: Claims, organization_id: UUID, key: str = "key") -> None:
    with acting_as(on_behalf_of(organization_id)):
        await claims.leave_open(key)


class ClaimsContract:
    """Inherited by the tests of each; `claims` is an empty store."""

    @pytest.fixture
    def organization(self) -> UUID:
        return uuid4()

    async def test_a_new_key_is_the_requests_own(self, claims: Claims, organization: UUID) -> None:
        assert await claimed(claims, organization) == Claimed()

    async def test_a_key_in_use_is_in_flight(self, claims: Claims, organization: UUID) -> None:
        await claimed(claims, organization)
        assert await claimed(claims, organization) == InFlight()

    async def test_of_many_at_once_one_gets_the_key(self, claims: Claims, organization: UUID) -> None:
        results = await asyncio.gather(*(claimed(claims, organization) for _ in range(20)))
        assert sorted(type(result).__name__ for result in results) == ["Claimed"] + ["InFlight"] * 19

    async def test_a_final_answer_is_given_again(self, claims: Claims, organization: UUID) -> None:
        await claimed(claims, organization)
        await completed(claims, organization, body=b"\x00\xff" * 1000)
        for _ in range(2):
            assert await claimed(claims, organization) == Replay(201, HEADERS, b"\x00\xff" * 1000)

    async def test_other_content_is_a_mismatch(self, claims: Claims, organization: UUID) -> None:
        await claimed(claims, organization)
        assert await claimed(claims, organization, fingerprint=ASKED_OTHERWISE) == Mismatch()
        await completed(claims, organization)
        assert await claimed(claims, organization, fingerprint=ASKED_OTHERWISE) == Mismatch()

    async def test_a_key_given_back_is_new_again(self, claims: Claims, organization: UUID) -> None:
        await claimed(claims, organization)
        await released(claims, organization)
        assert await claimed(claims, organization, fingerprint=ASKED_OTHERWISE) == Claimed()

    async def test_a_key_left_open_continues_with_the_same_content(self, claims: Claims, organization: UUID) -> None:
        first = await claimed(claims, organization)
        assert isinstance(first, Claimed)
        assert first.is_first
        for _ in range(2):
            await left_open(claims, organization)
            assert await claimed(claims, organization, fingerprint=ASKED_OTHERWISE) == Mismatch()
            again = await claimed(claims, organization)
            assert isinstance(again, Claimed)
            assert not again.is_first
            assert await claimed(claims, organization) == InFlight()
        await completed(claims, organization)
        await left_open(claims, organization)
        assert isinstance(await claimed(claims, organization), Replay)

    async def test_giving_back_does_not_undo_a_final_answer(self, claims: Claims, organization: UUID) -> None:
        await claimed(claims, organization)
        await completed(claims, organization)
        await released(claims, organization)
        assert isinstance(await claimed(claims, organization), Replay)

    async def test_a_key_that_is_held_stays_what_it_was(self, claims: Claims, organization: UUID) -> None:
        with acting_as(on_behalf_of(organization)):
            await claims.hold("key")
        assert await claimed(claims, organization) == Claimed()
        with acting_as(on_behalf_of(organization)):
            await claims.hold("key")
        assert await claimed(claims, organization) == InFlight()
        await completed(claims, organization)
        with acting_as(on_behalf_of(organization)):
            await claims.hold("key")
        assert isinstance(await claimed(claims, organization), Replay)

    async def test_giving_back_what_nobody_took_does_nothing(self, claims: Claims, organization: UUID) -> None:
        await released(claims, organization)
        assert await claimed(claims, organization) == Claimed()

    async def test_organizations_do_not_see_each_others_keys(self, claims: Claims, organization: UUID) -> None:
        await claimed(claims, organization)
        await completed(claims, organization)
        other = uuid4()
        assert await claimed(claims, other) == Claimed()
        await released(claims, other)
        assert isinstance(await claimed(claims, organization), Replay)

    async def test_the_platforms_own_requests_have_keys_too(self, claims: Claims) -> None:
        platform = UUID(int=0)
        assert await claimed(claims, platform) == Claimed()
        await completed(claims, platform)
        assert isinstance(await claimed(claims, platform), Replay)

    async def test_keys_differ_in_every_character(self, claims: Claims, organization: UUID) -> None:
        for key in ("Key", "key", "key!", "%", "_", "k" * 200):
            assert await claimed(claims, organization, key=key) == Claimed()
