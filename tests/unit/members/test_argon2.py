"""Hashes of passphrases: argon2id, one at a time, and none too many."""

import asyncio

import argon2
import pytest

from adapters.passphrases.argon2_passphrases import Argon2Passphrases
from application.members.accounts import SignInBusy

PASSPHRASE = "seven brave otters swim"


async def test_a_passphrase_matches_its_own_hash() -> None:
    passphrases = Argon2Passphrases()
    hashed = await passphrases.hash(PASSPHRASE)
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSPHRASE not in hashed
    assert await passphrases.hash(PASSPHRASE) != hashed
    assert [await passphrases.matches(each, hashed) for each in (PASSPHRASE, PASSPHRASE.title())] == [True, False]
    assert [await passphrases.matches(PASSPHRASE, each) for each in (None, "", "not a hash")] == [False] * 3


async def test_weaker_parameters_are_noticed() -> None:
    passphrases = Argon2Passphrases()
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSPHRASE)
    assert passphrases.is_outdated(weak)
    assert await passphrases.matches(PASSPHRASE, weak)
    assert not passphrases.is_outdated(await passphrases.hash(PASSPHRASE))


async def test_who_comes_when_too_many_wait_is_sent_away_at_once() -> None:
    passphrases = Argon2Passphrases(most_waiting=2)
    waiting = [asyncio.create_task(passphrases.hash(PASSPHRASE)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(SignInBusy):
        await passphrases.matches(PASSPHRASE, None)
    assert len(set(await asyncio.gather(*waiting))) == 2
    assert not await passphrases.matches(PASSPHRASE, None)
