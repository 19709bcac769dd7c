"""Sealed keys come and go in the transaction of the events that tell of them."""

from uuid import UUID, uuid4

import pytest

from adapters.event_store.repositories import EventSourcedProviders
from application.errors import Conflict
from domain.provider.aggregate import Provider
from domain.provider.values import NewCredential
from tests.builders import A_CREDENTIAL, a_provider, a_sealed_credential, acting
from tests.databases import Connection
from tests.log_contents import contents, topics

STORED = "SELECT provider_id, version, ciphertext FROM provider_credentials ORDER BY version"


@pytest.fixture
async def provider(providers: EventSourcedProviders, organization_id: UUID) -> Provider:
    provider = a_provider()
    with acting(organization_id):
        await providers.save(
            provider, credential=a_sealed_credential(organization_id, provider.id, ciphertext=b"\x00first\xff")
        )
    return provider


async def test_a_key_is_stored_as_it_was_sealed(provider: Provider, organization_id: UUID, owner: Connection) -> None:
    sealed = a_sealed_credential(organization_id, provider.id, ciphertext=b"\x00first\xff")
    assert contents(owner)["provider_credentials"] == [
        (
            organization_id,
            provider.id,
            1,
            sealed.binding.origin,
            sealed.hint,
            sealed.ciphertext,
            sealed.nonce,
            sealed.wrapped_key,
            sealed.wrap_nonce,
            sealed.master_key_id,
        )
    ]


async def test_a_new_key_takes_the_place_of_the_old(
    providers: EventSourcedProviders, provider: Provider, organization_id: UUID, owner: Connection
) -> None:
    provider.replace_credential(NewCredential("…wxyz"))
    sealed = a_sealed_credential(organization_id, provider.id, version=2, ciphertext=b"second")
    with acting(organization_id):
        await providers.save(provider, credential=sealed)
    assert owner.execute(STORED).fetchall() == [(provider.id, 2, b"second")]
    assert owner.execute("SELECT credential_version, credential_hint FROM ai_providers").fetchall() == [(2, "…wxyz")]


@pytest.mark.parametrize("how", ["remove_credential", "remove"])
async def test_a_key_is_destroyed_with_what_it_was_for(
    providers: EventSourcedProviders, provider: Provider, organization_id: UUID, owner: Connection, how: str
) -> None:
    other = a_provider()
    with acting(organization_id):
        await providers.save(other, credential=a_sealed_credential(organization_id, other.id))
    getattr(provider, how)()
    with acting(organization_id):
        await providers.save(provider)
    assert owner.execute(STORED).fetchall() == [(other.id, 1, b"sealed")]


async def test_another_change_leaves_the_key_alone(
    providers: EventSourcedProviders, provider: Provider, organization_id: UUID, owner: Connection
) -> None:
    provider.disable()
    with acting(organization_id):
        await providers.save(provider)
    assert owner.execute(STORED).fetchall() == [(provider.id, 1, b"\x00first\xff")]


@pytest.mark.parametrize("how", ["replace", "destroy"])
async def test_a_command_that_comes_too_late_leaves_the_key_alone(
    providers: EventSourcedProviders, provider: Provider, organization_id: UUID, owner: Connection, how: str
) -> None:
    with acting(organization_id):
        late = await providers.get(provider.id)
        provider.rename("Renamed meanwhile")
        await providers.save(provider)
    before = contents(owner)
    credential = None
    if how == "replace":
        late.replace_credential(A_CREDENTIAL)
        credential = a_sealed_credential(organization_id, provider.id, version=2)
    else:
        late.remove_credential()
    with acting(organization_id), pytest.raises(Conflict):
        await providers.save(late, credential=credential)
    assert contents(owner) == before


async def test_a_repeated_command_does_not_bring_an_old_key_back(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    provider_id, command_id = uuid4(), uuid4()
    first = a_sealed_credential(organization_id, provider_id, ciphertext=b"first")
    with acting(organization_id, command_id=command_id):
        await providers.save(a_provider(provider_id, name="Main"), credential=first)
    with acting(organization_id):
        provider = await providers.get(provider_id)
        provider.replace_credential(NewCredential("…wxyz"))
        second = a_sealed_credential(organization_id, provider_id, version=2, ciphertext=b"second")
        await providers.save(provider, credential=second)
    with acting(organization_id, command_id=command_id):
        await providers.save(a_provider(provider_id, name="Main"), credential=first)
    assert owner.execute(STORED).fetchall() == [(provider_id, 2, b"second")]
    assert topics(owner) == ["provider.registered", "provider.credential-replaced"]


async def test_no_event_holds_what_was_sealed(provider: Provider, owner: Connection) -> None:
    states = owner.execute("SELECT state FROM events").fetchall()
    assert states
    assert not any(b"first" in bytes(state) or b"ciphertext" in bytes(state) for (state,) in states)
    assert provider.has_credential
