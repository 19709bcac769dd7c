"""What is saved is in the log, in the read table and in the aggregate that is loaded next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.builders import a_provider, acting

if TYPE_CHECKING:
    from uuid import UUID

    from adapters.event_store.providers import EventSourcedProviders
    from tests.databases import Connection


async def test_a_saved_provider_is_loaded_as_it_was(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    provider = a_provider()
    with acting(organization_id):
        recorded = await providers.save(provider)
    with acting(organization_id):
        loaded = await providers.get(provider.id)
    assert (recorded.revision, recorded.position) == (1, 1)
    assert loaded.name == provider.name
    assert owner.execute("SELECT id, revision FROM ai_providers").fetchall() == [(provider.id, 1)]
