"""A service with the embedded database starts after every crash, and what it started ends with it."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import DataDirs
from tests.e2e.processes import Running, postgres_of, serving
from tests.e2e.wait_until import until


@pytest.fixture
def data_dir(data_dirs: DataDirs) -> Iterator[Path]:
    """Give a data directory that has been served from before."""
    with data_dirs.fresh() as path:
        yield path


def postmaster_of(data_dir: Path) -> psutil.Process:
    found = postgres_of(data_dir)
    assert found is not None
    return found


def test_it_starts_at_once_after_it_and_its_database_were_killed(data_dir: Path) -> None:
    for _ in range(3):
        with serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as running:
            running.ready()
            postmaster = postmaster_of(data_dir)
            running.kill()
            postmaster.kill()
    with serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as running:
        running.ready()


@pytest.mark.parametrize("first_to_end", ["who revived it", "who did not"])
async def test_the_database_of_a_pair_ends_with_the_last_also_after_a_revival(
    data_dir: Path, first_to_end: str
) -> None:
    with (
        serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as one,
        serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as other,
    ):
        pair = (one, other)
        for running in pair:
            running.ready()
        postmaster_of(data_dir).kill()
        await until(lambda: any("it runs again" in running.errors for running in pair))

        def rank(running: Running) -> bool:
            return ("it runs again" in running.errors) is (first_to_end == "who revived it")

        for running in sorted(pair, key=rank, reverse=True):
            assert postgres_of(data_dir) is not None
            running.send(signal.SIGTERM)
            assert running.ended() == 0
        assert postgres_of(data_dir) is None
