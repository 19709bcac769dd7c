"""Of what is large an organization does one thing at a time, so that there is room for what is small."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from domain.provider.aggregate import Provider
from tests.builders import acting

if TYPE_CHECKING:
    from adapters.event_store.ledger import Ledger


async def test_what_is_small_does_not_wait_for_all_that_is_large(ledger: Ledger, organization_id: UUID) -> None:
    done: list[str] = []

    async def load(what: str, count: int) -> None:
        await ledger.load_many(Provider, [uuid4() for _ in range(count)])
        done.append(what)

    with acting(organization_id):
        await asyncio.gather(*(load("large", 1_000) for _ in range(6)), load("small", 1))
    assert sorted(done) == ["large"] * 6 + ["small"]
    assert done.index("small") < 3
