"""Who may read everything: `pg_dump` by any other login fails, where it would write a dump that looks well."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from adapters.postgres.backup_checksum import seal
from adapters.postgres.backups import PostgresBackups
from adapters.postgres.postgres_programs import ClientProgramMissing, fitting_program, newest_program
from application.ports.progress import NoProgress
from tests.e2e.external_postgres import OWNER_PASSWORD, close_to_strangers, command, owned_database
from tests.e2e.processes import PATIENCE_SECONDS
from tests.e2e.running_service import MASTER_KEYS
from tests.http_service import SECRET
from tests.postgres_server import PostgresServer

APPEND = """
SELECT append_events(id, gen_random_uuid(), '', '', NULL, ARRAY[id], '{1}',
                     '{organization.renamed}', ARRAY['{"name": "A"}'::bytea],
                     '{"organizations": {"update": [{"name": "A"}]}}', NULL, NULL)
FROM gen_random_uuid() id
"""


@pytest.fixture(scope="module")
def managed() -> Iterator[tuple[str, dict[str, str]]]:
    """Give the owner's URL and the settings of a migrated database as a cloud has it, with a row in it."""
    with PostgresServer() as server:
        close_to_strangers(server)
        owner_url = owned_database(server, "models")
        done = command("migrate", "--logins", "--json", OWNER_DATABASE_URL=owner_url)
        assert done.exit_code == 0, done.errors
        logins = json.loads(done.out)
        settings = {
            "DATABASE_URL": logins["databaseUrl"],
            "ADMIN_DATABASE_URL": logins["adminDatabaseUrl"],
            "MASTER_KEYS": MASTER_KEYS,
            "JWT_SECRET": SECRET,
        }
        with psycopg.connect(settings["DATABASE_URL"], autocommit=True) as app:
            app.execute(APPEND)
        yield owner_url, settings


@pytest.mark.parametrize("login", ["DATABASE_URL", "ADMIN_DATABASE_URL", "owner"])
@pytest.mark.parametrize("options", [(), ("--enable-row-security",), ("--data-only", "--enable-row-security")])
def test_pg_dump_by_a_login_of_the_service_fails(
    managed: tuple[str, dict[str, str]], tmp_path: Path, login: str, options: tuple[str, ...]
) -> None:
    """Instead of writing a dump that looks well and has nobody's rows in it."""
    owner_url, settings = managed
    url = owner_url if login == "owner" else settings[login]
    dumped = _pg_dump(url, tmp_path / "dump", *options)
    assert dumped.returncode == 1
    assert "permission denied" in dumped.stderr


def test_pg_dump_as_the_backups_role_dumps_everything_or_fails(
    managed: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    url = managed[1]["ADMIN_DATABASE_URL"]
    half = _pg_dump(url, tmp_path / "half", "--role=models_backup")
    assert half.returncode == 1
    assert "row-level security" in half.stderr
    whole = _pg_dump(url, tmp_path / "whole", "--role=models_backup", "--enable-row-security")
    assert whole.returncode == 0, whole.stderr
    seal(str(tmp_path / "whole"))
    held = asyncio.run(PostgresBackups().contents(str(tmp_path / "whole"), NoProgress()))
    assert held.rows["public.events"] == held.rows["public.organizations"] == 1


def _pg_dump(url: str, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = asyncio.run(newest_program("pg_dump"))
    return subprocess.run(
        [program, "--format=custom", f"--file={file}", *options, url],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def test_on_a_server_of_somebody_else_passwords_are_neither_lost_nor_reported(
    managed: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    _, settings = managed
    done = command("backup", str(tmp_path / "dump"), "--json", **settings)
    assert done.exit_code == 0, done.errors
    for text in (done.out, done.errors, (tmp_path / "dump").read_bytes().decode("latin-1")):
        for name in ("DATABASE_URL", "ADMIN_DATABASE_URL"):
            assert str(urlsplit(settings[name]).password) not in text
        assert OWNER_PASSWORD not in text


async def test_a_server_that_is_newer_than_all_programs_is_reported() -> None:
    with pytest.raises(ClientProgramMissing, match=r"pg_dump of Postgres 99 or newer is needed, and here is .*18"):
        await fitting_program("pg_dump", 99)
