"""`modelbook backup` on a data folder: broken off, and of another Postgres."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

import psutil

from tests.e2e.external_postgres import command
from tests.e2e.failing_commands import REFUSED, said
from tests.e2e.processes import COMMAND, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import DataDirs


def test_a_backup_that_is_interrupted_leaves_nothing(data_dirs: DataDirs, tmp_path: Path) -> None:
    with data_dirs.fresh() as path:
        process = subprocess.Popen(
            [COMMAND, "backup", str(tmp_path / "dump")],
            env=environment({"DATA_DIR": str(path)}),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        said_so = [line for line in iter(process.stderr.readline, "backup: restore\n") if not line]
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[1]
        assert said_so == []
        assert process.returncode == 1, rest
        assert "Traceback" not in rest
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
