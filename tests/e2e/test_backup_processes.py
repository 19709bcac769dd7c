"""`modelbook backup` on a data folder: broken off, and of another Postgres."""

import signal
from pathlib import Path

import psutil

from tests.e2e.conftest import DataDirs
from tests.e2e.external_postgres import command
from tests.e2e.failing_commands import REFUSED, said
from tests.e2e.processes import started


def test_a_backup_that_is_interrupted_leaves_nothing(data_dirs: DataDirs, tmp_path: Path) -> None:
    with data_dirs.fresh() as path:
        with started("backup", str(tmp_path / "dump"), DATA_DIR=str(path)) as running:
            running.wait_for("backup: restore\n")
            running.send(signal.SIGINT)
            assert running.ended() == 1, running.errors
            assert "Traceback" not in running.errors
        assert list(tmp_path.iterdir()) == []
        commands = [" ".join(each.info["cmdline"] or []) for each in psutil.process_iter(["cmdline"])]
        assert [line for line in commands if str(tmp_path) in line] == []


def test_a_data_folder_of_another_postgres_says_how_to_go_over(data_dirs: DataDirs) -> None:
    with data_dirs.fresh() as path:
        (path / "postgres" / "PG_VERSION").write_text("17\n")
        for arguments in (("serve", "--port", "0"), ("backup", str(path / "dump"))):
            said(
                command(*arguments, DATA_DIR=str(path)),
                REFUSED,
                *("made by Postgres 17", "modelbook backup FILE", "the release that made it", "modelbook restore FILE"),
            )
