"""The row of a key that was replaced or removed is never used again when it is put back: reading it is an error."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.prompt_candidates import PostgresCandidateReader
from adapters.postgres.sealed_credentials import PostgresSealedCredentials
from adapters.postgres.tenant_statements import Tenant
from adapters.vault.envelope import Envelope
from adapters.vault.keyring import Keyring
from adapters.vault.vault import EnvelopeVault
from application.errors import CredentialNotCurrent
from application.policies.seal_credential import ProviderSecrets, new_credential, sealed
from domain.provider.aggregate import Provider
from tests.builders import AN_ENDPOINT, a_model, a_provider, acting
from tests.databases import Connection, Database
from tests.fakes.gateway import FakeGateway

OLD, NEW = "sk-the-former-key-of-the-account", "sk-the-present-key-of-the-account"
_KEPT = "CREATE TABLE kept AS TABLE provider_credentials"
_PUT_BACK = ("DELETE FROM provider_credentials", "INSERT INTO provider_credentials TABLE kept")


@dataclass(frozen=True, slots=True)
class Keys:
    """An organization's providers with their keys, and who opens them."""

    organization_id: UUID
    providers: EventSourcedProviders
    models: EventSourcedModels
    tenant: Tenant
    vault: EnvelopeVault

    async def give(self, provider: Provider, key: str) -> None:
        credential = new_credential(self.vault, key)
        assert credential is not None
        provider.replace_credential(credential)
        with acting(self.organization_id):
            secrets = ProviderSecrets(api_key=key)
            await self.providers.save(provider, credential=await sealed(self.vault, FakeGateway(), provider, secrets))

    async def remove(self, provider: Provider) -> None:
        provider.remove_credential()
        with acting(self.organization_id):
            await self.providers.save(provider)

    async def open(self, provider: Provider) -> str | None:
        with acting(self.organization_id):
            return await self.vault.open(provider.id, AN_ENDPOINT.origin)

    async def open_for_a_prompt(self, provider: Provider) -> str:
        with acting(self.organization_id):
            await self.models.save(a_model(provider_id=provider.id))
        with acting(self.organization_id):
            account = (await PostgresCandidateReader(self.tenant).first(5)).accounts[provider.id]
            assert account.sealed is not None
            return await self.vault.unseal(account.sealed, provider_id=provider.id, origin=AN_ENDPOINT.origin)


@pytest.fixture
async def keys(
    database: Database, providers: EventSourcedProviders, models: EventSourcedModels, organization_id: UUID
) -> AsyncIterator[Keys]:
    async with reading_pool(database.app_url, size=1) as pool:
        tenant = Tenant(pool)
        vault = EnvelopeVault(Envelope(Keyring.generate("test")), PostgresSealedCredentials(tenant))
        yield Keys(organization_id, providers, models, tenant, vault)


@pytest.mark.parametrize("now", [NEW, None])
async def test_a_former_key_is_refused_wherever_keys_are_opened(
    keys: Keys, owner: Connection, now: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    provider = a_provider()
    await keys.give(provider, OLD)
    assert await keys.open(provider) == OLD
    owner.execute(_KEPT)
    await (keys.remove(provider) if now is None else keys.give(provider, now))
    assert await keys.open(provider) == now
    for statement in _PUT_BACK:
        owner.execute(statement)
    with caplog.at_level(logging.ERROR):
        with pytest.raises(CredentialNotCurrent):
            await keys.open(provider)
        with pytest.raises(CredentialNotCurrent):
            await keys.open_for_a_prompt(provider)
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(":")[0] for line in lines] == ["credential-not-current"] * 2
    assert all(str(provider.id) in line for line in lines)
    assert OLD not in caplog.text
