"""What keeps snapshots, and what it looks into, so that it can be tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from application.discovery.model_list_snapshots import Snapshots
    from application.ports.repositories import Models, Providers


class SnapshotKeeper(Protocol):
    """What is under test, and what it looks into."""

    @property
    def snapshots(self) -> Snapshots: ...

    @property
    def providers(self) -> Providers: ...

    @property
    def models(self) -> Models: ...
