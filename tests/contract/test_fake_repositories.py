from dataclasses import dataclass, field

import pytest

from tests.contract.access_keys_contract import AccessKeysContract
from tests.contract.model_list_snapshots_contract import SnapshotsContract
from tests.contract.repositories_contract import RepositoriesContract
from tests.contract.webhooks_contract import WebhooksContract
from tests.fakes.key_secrets import FakeKeySecrets
from tests.fakes.ledger import FakeLedger
from tests.fakes.model_list_snapshots import FakeSnapshots
from tests.fakes.registered_models import FakeRegisteredModels
from tests.fakes.repositories import FakeAccessKeys, FakeModels, FakeProviders, FakeWebhooks
from tests.fakes.vault import FakeVault


@dataclass
class Fakes:
    """Everything on one ledger in memory."""

    ledger: FakeLedger = field(default_factory=FakeLedger)

    def __post_init__(self) -> None:
        self.providers = FakeProviders(self.ledger)
        self.models = FakeModels(self.ledger)
        self.directory = FakeRegisteredModels(self.ledger)
        self.secrets = FakeKeySecrets(self.ledger)
        self.keys = FakeAccessKeys(self.ledger, self.secrets)
        self.snapshots = FakeSnapshots(self.ledger)
        self.webhook_vault = FakeVault()
        self.webhooks = FakeWebhooks(self.ledger, self.webhook_vault.credentials)


class TestFakeRepositories(RepositoriesContract):
    @pytest.fixture
    def subject(self) -> Fakes:
        return Fakes()


class TestFakeAccessKeys(AccessKeysContract):
    @pytest.fixture
    def subject(self) -> Fakes:
        return Fakes()


class TestFakeWebhooks(WebhooksContract):
    @pytest.fixture
    def subject(self) -> Fakes:
        return Fakes()


class TestFakeSnapshots(SnapshotsContract):
    @pytest.fixture
    def subject(self) -> Fakes:
        return Fakes()
