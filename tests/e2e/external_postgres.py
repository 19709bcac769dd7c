"""A Postgres of somebody else's, as a cloud gives it: logins have passwords, and nobody of ours is superuser."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from typer.testing import CliRunner

from entrypoints.cli.main import app
from tests.e2e.processes import Finished
from tests.postgres_server import PostgresServer

OWNER_PASSWORD: Final = "the owner's: p@ss/word"
_HOST_RULES: Final = """\
local all postgres trust
local all all scram-sha-256
"""


def close_to_strangers(server: PostgresServer) -> None:
    """Make a login that may create roles, `tenant`, and ask everybody but the superuser for a password."""
    with psycopg.connect(server.uri, autocommit=True) as superuser:
        superuser.execute(sql.SQL("CREATE ROLE tenant LOGIN CREATEROLE PASSWORD {}").format(OWNER_PASSWORD))
        row = superuser.execute("SHOW hba_file").fetchone()
        assert row is not None
        Path(row[0]).write_text(_HOST_RULES, "utf-8")
        superuser.execute("SELECT pg_reload_conf()")


def owned_database(server: PostgresServer, name: str) -> str:
    """Make an empty database that `tenant` owns and return the URL of that login."""
    with psycopg.connect(server.uri, autocommit=True) as superuser:
        superuser.execute(sql.SQL("CREATE DATABASE {} OWNER tenant").format(sql.Identifier(name)))
    parts = urlsplit(server.uri)
    return urlunsplit(parts._replace(netloc="tenant:the%20owner%27s%3A%20p%40ss%2Fword@", path=f"/{name}"))


def command(*arguments: str, **settings: str) -> Finished:
    """Run a command within this process, with these settings of ours and no others."""
    done = CliRunner().invoke(app, arguments, env={f"MODELBOOK_{name}": value for name, value in settings.items()})
    assert "Traceback" not in done.stderr
    return Finished(done.exit_code, done.stdout, done.stderr)
