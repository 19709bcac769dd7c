from uuid import UUID

import pytest

from application.ports.vault import SealedCredential
from tests.contract.vault_contract import VaultContract
from tests.fakes.vault import FakeVault


class _Subject:
    def __init__(self) -> None:
        self.vault = FakeVault()

    async def store(self, sealed: SealedCredential) -> None:
        self.vault.credentials.store(sealed)

    async def destroy(self, organization_id: UUID, provider_id: UUID) -> None:
        self.vault.credentials.destroy(organization_id, provider_id)


class TestFakeVault(VaultContract):
    @pytest.fixture
    def subject(self) -> _Subject:
        return _Subject()
