"""What a release has brought to databases stays as it was: later ones add migrations behind them."""

import pytest

from tests.releases.kept_release import KeptRelease, kept_releases, migration_sums


@pytest.mark.parametrize("release", kept_releases(), ids=lambda release: release.folder.name)
def test_migrations_of_a_release_are_not_changed_any_more(release: KeptRelease) -> None:
    assert release.migrations
    assert migration_sums()[: len(release.migrations)] == release.migrations
