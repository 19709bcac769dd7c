from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.contract.repositories_contract import RepositoriesContract
from tests.contract.snapshots_contract import SnapshotsContract
from tests.fakes.ledger import FakeLedger
from tests.fakes.model_directory import FakeModelDirectory
from tests.fakes.models import FakeModels
from tests.fakes.providers import FakeProviders
from tests.fakes.snapshots import FakeSnapshots


@dataclass
class Fakes:
    """Everything on one ledger in memory."""

    ledger: FakeLedger = field(default_factory=FakeLedger)

    def __post_init__(self) -> None:
        self.providers = FakeProviders(self.ledger)
        self.models = FakeModels(self.ledger)
        self.directory = FakeModelDirectory(self.ledger)
        self.snapshots = FakeSnapshots(self.ledger)


class TestFakeRepositories(RepositoriesContract):
    @pytest.fixture
    def subject(self) -> Fakes:
        return Fakes()


class TestFakeSnapshots(SnapshotsContract):
    @pytest.fixture
    def subject(self) -> Fakes:
        return Fakes()
