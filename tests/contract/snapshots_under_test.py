"""A store of snapshots with the repositories that it reads, for its contract tests."""

from typing import Protocol

from application.discovery.model_list_snapshots import Snapshots
from application.ports.repositories import Models, Providers


class SnapshotsUnderTest(Protocol):
    """The store under test, and the repositories that it reads."""

    @property
    def snapshots(self) -> Snapshots: ...

    @property
    def providers(self) -> Providers: ...

    @property
    def models(self) -> Models: ...
