"""The embedded database starts wherever it is put and whatever a crash has left, and ends with its last user."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from adapters.postgres.embedded_postgres import EmbeddedPostgres
from application.errors import Unavailable
from tests.e2e.processes import folder, postgres_of
from tests.postgres_server import copy_initialized
from tests.process_ends import has_ended, wait_for_ends
from tests.process_output import read_until

PATIENCE_SECONDS = 60
ODD_NAME = 'odd "$name" of it\'s own \\ \u00e4'
# Uses the database until it is killed.
USER = """
import sys, time
from pathlib import Path
from adapters.postgres.embedded_postgres import EmbeddedPostgres
print(EmbeddedPostgres(Path(sys.argv[1])).start(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with folder() as path:
        yield path


@pytest.fixture
def made(data_dir: Path) -> Path:
    """Give the data directory with a database in it, for tests of what comes after its making."""
    copy_initialized(data_dir / "postgres")
    return data_dir


@contextmanager
def started(directory: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(directory)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def killed(data_dir: Path) -> str:
    """Kill the server and all of its processes at once, and return what its lock file says."""
    lock = (data_dir / "postgres" / "postmaster.pid").read_text()
    postmaster = postgres_of(data_dir)
    assert postmaster is not None
    postmaster.suspend()
    processes = [*postmaster.children(recursive=True), postmaster]
    for process in processes:
        process.kill()
    wait_for_ends(processes)
    return lock


@pytest.mark.parametrize("name", [ODD_NAME, "f" * 120])
def test_it_runs_in_a_folder_of_any_name(data_dir: Path, name: str) -> None:
    directory = data_dir / name / "postgres"
    directory.parent.mkdir()
    copy_initialized(directory)
    with started(directory) as server:
        url = server.start()
        assert ask(url, "SHOW data_directory") == str(directory)
        sockets = psycopg.conninfo.conninfo_to_dict(url)["host"]
        assert Path(str(sockets)).stat().st_mode & 0o777 == 0o700
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


@pytest.mark.parametrize("left", ["the lock of the data", "the lock of the socket", "both"])
def test_a_number_in_a_lock_file_that_is_another_process_by_now_does_not_hinder_it(made: Path, left: str) -> None:
    directory = made / "postgres"
    with started(directory) as server:
        ask(server.start(), "SELECT 1")
        owner = directory.stat().st_uid
        reported = killed(made)
        # Of the same system user, as all processes of a container are: Postgres asks whether it may signal it.
        bystander = psutil.Popen(["sleep", "600"], user=owner if os.geteuid() == 0 else None)
        try:
            lines = [str(bystander.pid), *reported.splitlines()[1:], ""]
            for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
                (directory / name).unlink(missing_ok=True)
            if left != "the lock of the socket":
                (directory / "postmaster.pid").write_text("\n".join(lines))
            if left != "the lock of the data":
                (directory / ".s.PGSQL.5432.lock").write_text("\n".join([*lines[:5], ""]))
            with started(directory) as again:
                assert ask(again.start(), "SELECT 1") == 1
            assert bystander.is_running()
        finally:
            bystander.kill()
            bystander.wait(PATIENCE_SECONDS)


def test_it_waits_for_what_a_killed_server_has_left_running(made: Path) -> None:
    directory = made / "postgres"
    with started(directory) as server, closing(psycopg.connect(server.start())) as connection:
        # A backend that works notices the death of its server late, and holds its memory until then.
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 3000000) a")
        postmaster = postgres_of(made)
        assert postmaster is not None
        backends = postmaster.children()
        postmaster.kill()
        with started(directory) as again:
            assert ask(again.start(), "SELECT 1") == 1
        assert [backend for backend in backends if not has_ended(backend)] == []


def test_a_data_folder_whose_making_was_broken_off_is_made_again(data_dir: Path) -> None:
    directory = data_dir / ODD_NAME / "postgres"
    begun = directory.with_name("postgres.new")
    begun.mkdir(parents=True)
    (begun / "PG_VERSION").write_text("18\n")
    with started(directory) as server:
        assert ask(server.start(), "SELECT 1") == 1


def test_it_ends_with_its_last_user_also_after_a_revival(made: Path) -> None:
    directory = made / "postgres"
    with started(directory) as last:
        with started(directory) as first:
            assert last.revive() is False
            killed(made)
            assert first.revive() is True
            assert last.revive() is False
        assert ask(last.start(), "SELECT 1") == 1
    assert postgres_of(made) is None


def test_a_killed_user_does_not_keep_it(made: Path) -> None:
    directory = made / "postgres"
    with started(directory):
        user = subprocess.Popen([sys.executable, "-c", USER, directory], stdout=subprocess.PIPE, text=True)
        try:
            said = read_until(user.stdout, "\n", seconds=PATIENCE_SECONDS, of="Who uses the database")
            assert said.startswith("postgresql://")
        finally:
            user.kill()
            user.communicate(timeout=PATIENCE_SECONDS)
        assert postgres_of(made) is not None
    assert postgres_of(made) is None


def test_it_does_not_receive_our_settings(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MODELBOOK_MASTER_KEYS", "HOMEBREW_GITHUB_API_TOKEN", "LANGCHAIN_API_KEY", "PATH_TO", "TZ_KEY"):
        monkeypatch.setenv(name, "k1:secret")
    with started(made / "postgres"):
        postmaster = postgres_of(made)
        assert postmaster is not None
        variables = postmaster.environ()
    assert "PATH" in variables
    assert "k1:secret" not in variables.values()


def test_it_writes_through_no_link(made: Path) -> None:
    folder = made / "postgres"
    with started(folder):
        pass
    elsewhere = made / "elsewhere"
    elsewhere.write_text("untouched")
    for path in (
        folder / "postgresql.conf",
        folder / "modelbook.conf",
        folder / "log",
        made / "postgres.lock",
        made / "postgres.users",
    ):
        kept = path.with_name("kept")
        path.rename(kept)
        path.symlink_to(elsewhere)
        with pytest.raises(Unavailable, match=f"{path} is a link"):
            EmbeddedPostgres(folder).start()
        kept.replace(path)
    assert elsewhere.read_text() == "untouched"
    assert elsewhere.stat().st_uid == os.geteuid()
    folder.rename(made / "moved")
    folder.symlink_to(made / "moved")
    with pytest.raises(Unavailable, match=f"{folder} is a link"):
        EmbeddedPostgres(folder).start()
    folder.unlink()
    (made / "moved").rename(folder)
    with started(folder):
        assert postgres_of(made) is not None
