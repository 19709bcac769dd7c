"""A pooler of a test's own: PgBouncer, which Debian's package of that name brings."""

import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import psutil
import psycopg

from tests.external_tools import program
from tests.scratch_folder import scratch_folder

_PORT = 6432
_PATIENCE_SECONDS = 20.0
_CONFIGURATION = """\
[databases]
* = host={server}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = {port}
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = {mode}
default_pool_size = {size}
logfile = {folder}/log
{more}
"""


class PgBouncer:
    """Stands before a Postgres on a socket, with its defaults but for what is given; gone after the `with`."""

    def __init__(self, server_url: str, *, mode: str = "transaction", size: int = 20, more: str = "") -> None:
        self._server = parse_qs(urlsplit(server_url).query)["host"][0]
        self._settings = {"mode": mode, "size": size, "more": more}
        self._folder = scratch_folder()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        found = program("pgbouncer", purpose="A pooler before the server")
        # It does not run as root, and as anybody else it could not enter the folder of the server's socket.
        owner = Path(self._server).owner()
        configuration = _CONFIGURATION.format(server=self._server, folder=self._folder, port=_PORT, **self._settings)
        (self._folder / "pgbouncer.ini").write_text(configuration, "utf-8")
        (self._folder / "users.txt").write_text('"modelbook_app" ""\n"modelbook_admin" ""\n"postgres" ""\n', "utf-8")
        for path in (self._folder, *self._folder.iterdir()):
            shutil.chown(path, owner)
        as_owner = () if owner == psutil.Process().username() else ("-u", owner)
        self._process = subprocess.Popen([found, "-q", *as_owner, self._folder / "pgbouncer.ini"])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def before(self, url: str) -> str:
        """Return the URL by way of the pooler, once that answers."""
        query = urlencode({"host": str(self._folder), "port": _PORT})
        pooled = urlunsplit(urlsplit(url)._replace(query=query))
        deadline = time.monotonic() + _PATIENCE_SECONDS
        # Its socket is there a moment before it listens.
        while True:
            try:
                psycopg.connect(pooled).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    log = self._folder / "log"
                    error.add_note(log.read_text("utf-8") if log.exists() else "It has written no log.")
                    raise
                time.sleep(0.02)
            else:
                return pooled
