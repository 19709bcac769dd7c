"""Commands that are to fail, and what they say."""

from typer.testing import CliRunner

from entrypoints.cli.main import app
from tests.databases import Database
from tests.e2e.processes import Finished
from tests.e2e.running_service import MASTER_KEYS
from tests.http_service import SECRET

NOWHERE = "postgresql://modelbook_app:pass-word@127.0.0.1:1/nowhere"
REFUSED, MISUSED = 1, 2


def refusal(*arguments: str, **settings: str) -> Finished:
    """Run a command that is to fail, and return what it says; it says one line for each thing that is wrong."""
    done = CliRunner().invoke(
        app, arguments, env={f"MODELBOOK_{name}": value for name, value in settings.items()}, prog_name="modelbook"
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    finished = Finished(done.exit_code, done.stdout, done.stderr)
    assert "Traceback" not in finished.errors
    assert finished.exit_code in {REFUSED, MISUSED}
    assert finished.out == ""
    return finished


def external(database: Database, **changed: str | None) -> dict[str, str]:
    """Return the settings of a service on a database that is not ours; one changed to none is left out."""
    settings = {
        "DATABASE_URL": database.app_url,
        "ADMIN_DATABASE_URL": database.admin_url,
        "MASTER_KEYS": MASTER_KEYS,
        "JWT_SECRET": SECRET,
        "PORT": "0",
        **changed,
    }
    return {name: value for name, value in settings.items() if value is not None}


def said(finished: Finished, exit_code: int, *words: str) -> None:
    """Assert that one line says all these words."""
    assert finished.exit_code == exit_code, finished.errors
    assert len(finished.lines) == 1, finished.errors
    for word in words:
        assert word in finished.lines[0]
