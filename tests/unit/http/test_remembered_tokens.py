from collections.abc import Sequence

import pytest

from entrypoints.http.authentication import TokenVerifier
from entrypoints.http.request_errors import NotAuthenticated
from entrypoints.http.token_keys import SharedSecret, VerificationKey
from tests.tokens import (
    NOW,
    SECRET,
    Clock,
    encoded,
)


async def test_a_verified_token_is_remembered_for_at_most_half_a_minute() -> None:
    clock = Clock()
    keys = CountingKeys()
    remembering = TokenVerifier(keys, clock=clock)
    header = f"Bearer {encoded()}"
    await remembering.principal(header)
    clock.now += 29
    await remembering.principal(header)
    assert keys.asked == 1
    clock.now += 1
    await remembering.principal(header)
    assert keys.asked == 2


async def test_a_token_is_never_remembered_beyond_its_end() -> None:
    clock = Clock()
    keys = CountingKeys()
    remembering = TokenVerifier(keys, clock=clock)
    header = f"Bearer {encoded(exp=int(NOW) + 5)}"
    await remembering.principal(header)
    clock.now += 6
    await remembering.principal(header)
    assert keys.asked == 2
    clock.now += 30
    with pytest.raises(NotAuthenticated, match="expired"):
        await remembering.principal(header)


async def test_what_is_remembered_stays_small() -> None:
    keys = CountingKeys()
    remembering = TokenVerifier(keys, clock=Clock(), remembered_tokens=2)
    headers = [f"Bearer {encoded(sub=f'user-{number}')}" for number in range(3)]
    for header in (headers[0], headers[1], headers[0], headers[2]):
        await remembering.principal(header)
    assert keys.asked == 3
    await remembering.principal(headers[0])
    assert keys.asked == 3
    await remembering.principal(headers[1])
    assert keys.asked == 4


class CountingKeys(SharedSecret):
    def __init__(self) -> None:
        super().__init__(SECRET)
        self.asked = 0

    async def find(self, key_id: str | None) -> Sequence[VerificationKey]:
        self.asked += 1
        return await super().find(key_id)
