"""What every kind of test may request."""

import gc
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Final

import pytest
from hypothesis import settings

from tests.deadline import with_deadline
from tests.postgres_server import PostgresServer
from tests.scratch_folder import place_for_scratch

# Their assertions explain themselves as those of the test files do.
pytest.register_assert_rewrite(
    "tests.contract", "tests.fakes", "tests.builders", "tests.log_contents", "tests.projection_tables"
)

_LONGEST: Final = {
    "test_backup_page",
    "test_backup_processes",
    "test_dockerfile",
    "test_generated_requests",
    "test_own_packages",
    "test_release",
    "test_typescript_client",
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in a line for each reason how many tests were skipped."""
    reasons = Counter(str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ()))
    for reason, number in sorted(reasons.items()):
        terminalreporter.write_line(f"{number} {reason[0].lower()}{reason[1:]}", yellow=True)


def pytest_configure() -> None:
    """Keep what tests write in memory: what is synchronized to the disk takes a thousand times as long there."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(place_for_scratch()))


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Collect no garbage while tests are collected: all of it is kept."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: item.path.stem not in _LONGEST)


def pytest_collection_finish() -> None:
    """Let the collector of cycles leave alone what is loaded for good, and come by less often."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Give each test that awaits a deadline."""
    if isinstance(item, pytest.Function):
        item.obj = with_deadline(item.obj)


# How long one example takes says nothing on a machine that others use as well. Each run draws other ones.
settings.register_profile("modelbook", deadline=None, print_blob=True, max_examples=15)
settings.load_profile("modelbook")


@pytest.fixture(scope="session", autouse=True)
def _few_authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let clients trust one authority of the tests' own: most read all those of the system, though they never need one.

    That takes each of them as long as a test. What is to be trusted where, tests of TLS say themselves.
    """
    from tests.contract.egress.certificates import Authority  # noqa: PLC0415 - rewritten first, see above

    folder = tmp_path_factory.mktemp("authorities")
    Authority(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _temporary_files_in_memory() -> Iterator[None]:
    """Let commands keep there what they throw away, above all the server on which a backup is tried."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place_for_scratch()))
        # It is looked up anew.
        patch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the superuser's URI of a real Postgres that lives as long as the tests and forgets everything if it dies."""
    from tests.databases import migrated_data  # noqa: PLC0415 - many tests need no database

    with PostgresServer(migrated_data()) as server:
        server.trade_safety_for_speed()
        yield server.uri


@pytest.fixture
def start_postgres() -> Iterator[Callable[[], PostgresServer]]:
    """Give a function that starts another Postgres, as durable as any, for tests that kill it."""
    with ExitStack() as servers:
        yield lambda: servers.enter_context(PostgresServer())


@pytest.fixture
def start_migrated_postgres() -> Iterator[Callable[[], PostgresServer]]:
    """Give the same for tests that want migrated databases on it: it has their template."""
    from tests.databases import migrated_data  # noqa: PLC0415 - many tests need no database

    with ExitStack() as servers:
        yield lambda: servers.enter_context(PostgresServer(migrated_data()))
