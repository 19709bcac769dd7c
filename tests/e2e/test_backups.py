"""A backup holds everything or is none, and comes back as the same database, wherever it goes."""

import asyncio
import json
import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from aiohttp import ClientSession
from psycopg import sql

from adapters.postgres.backups import PostgresBackups
from adapters.postgres.embedded_postgres import EmbeddedPostgres
from adapters.postgres.inspect_database import inspect
from adapters.postgres.migrations import login_url
from adapters.postgres.postgres_programs import newest_program
from adapters.postgres.roles import Roles
from application.ports.progress import NoProgress
from entrypoints.administration.container import check_keyring
from entrypoints.http.authorization import Role
from tests.databases import Connect, Database, Databases
from tests.e2e.api_client import Api, a_token
from tests.e2e.external_postgres import command
from tests.e2e.failing_commands import MISUSED, REFUSED, external, said
from tests.e2e.processes import PATIENCE_SECONDS, copied, folder, run
from tests.e2e.running_service import MASTER_KEYS, service_on
from tests.e2e.write_load import Hammer
from tests.log_contents import assert_whole, contents
from tests.projection_tables import assert_tables_equal_the_log

NOTES: dict[str, list[tuple[Any, ...]]] = {"projection_proofs": [], "log_proofs": []}
OTHER_KEYS = "k1:YW5vdGhlciBrZXksIHdpdGggdGhlIHNhbWUgaWQgMzI="


@pytest.fixture(scope="module", autouse=True)
def _initialized_once() -> Iterator[None]:
    """Let the servers on which backups are tried here begin as the first did: half of a backup is `initdb`."""
    initialise = EmbeddedPostgres._initialise
    with folder() as path, pytest.MonkeyPatch.context() as patch:
        first = path / "data"

        def as_the_first(server: EmbeddedPostgres) -> None:
            if first.exists():
                copied(first, server._directory)
            else:
                initialise(server)
                copied(server._directory, first)

        patch.setattr(EmbeddedPostgres, "_initialise", as_the_first)
        yield


@pytest.fixture(scope="module")
def original(databases: Databases) -> Iterator[Database]:
    """Give the database that those of the tests are copies of: two organizations have written."""
    database = databases.migrated()
    with service_on(database) as running:
        asyncio.run(_fill(running.url))
    check_keyring(MASTER_KEYS, database.admin_url)
    yield database
    databases.drop(database)


async def _fill(url: str) -> None:
    async with ClientSession() as session:
        for organization_id in (uuid4(), uuid4()):
            tenant = Api(session, url, organization_id, a_token(organization_id, Role.ADMIN))
            await tenant.model(await tenant.provider())


@pytest.fixture
def database(databases: Databases, original: Database) -> Iterator[Database]:
    copy = databases.copied(original)
    yield copy
    databases.drop(copy)


@pytest.fixture
def filled(database: Database) -> Database:
    """Give a database in which two organizations have written."""
    return database


@pytest.fixture(scope="module")
def written_backup(original: Database, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("backup") / "backup.dump"
    done = command("backup", str(file), **external(original))
    assert done.exit_code == 0, done.errors
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return file.read_bytes()


@pytest.fixture
def backup(written_backup: bytes, tmp_path: Path) -> Path:
    """Give a backup of what the test's database holds."""
    file = tmp_path / "backup.dump"
    file.write_bytes(written_backup)
    return file


@pytest.fixture
def made(databases: Databases) -> Iterator[Callable[..., Database]]:
    """Give a function that makes an empty database, dropped after the test."""
    kept: list[Database] = []

    def make(name: str | None = None) -> Database:
        kept.append(databases.empty(name))
        return kept[-1]

    yield make
    for database in kept:
        databases.drop(database)


def restored(owner_url: str, file: Path, *options: str, **settings: str) -> dict[str, Any]:
    settings = {"OWNER_DATABASE_URL": owner_url, "MASTER_KEYS": MASTER_KEYS, **settings}
    done = command("restore", str(file), *options, "--json", **settings)
    assert done.exit_code == 0, done.errors
    document: dict[str, Any] = json.loads(done.out)
    return document


async def test_a_backup_beside_writers_is_of_one_moment(
    database: Database, api: Api, tmp_path: Path, made: Callable[..., Database]
) -> None:
    file = tmp_path / "backup.dump"
    with service_on(database) as running:
        hammer = Hammer(replace(api, url=running.url))
        clients = asyncio.create_task(hammer.run(3))
        done = await asyncio.to_thread(run, "backup", str(file), "--json", **external(database))
        hammer.is_stopping = True
        await clients
    assert done.exit_code == 0, done.errors
    document = json.loads(done.out)
    assert document["tables"]["public.events"] == document["checked"]["events"]
    assert document["rows"] == sum(document["tables"].values())
    with psycopg.connect(database.owner_url) as owner:
        written = owner.execute("SELECT count(*) FROM events").fetchone()
    assert written is not None
    assert 0 < document["checked"]["events"] < written[0]
    assert os.listdir(tmp_path) == ["backup.dump"]  # noqa: PTH208 - of a Path it would count as blocking
    target = made()
    await asyncio.to_thread(_restore_with_logins, target, file)
    with psycopg.connect(target.owner_url, autocommit=True) as owner:
        assert_whole(owner)
        assert_tables_equal_the_log(owner)


def _restore_with_logins(target: Database, file: Path) -> None:
    done = run("restore", str(file), "--logins", "--json", OWNER_DATABASE_URL=target.owner_url, MASTER_KEYS=MASTER_KEYS)
    assert done.exit_code == 0, done.errors


@pytest.mark.parametrize("name", [None, 'odd "name"; %'])
def test_a_restored_database_is_the_same_but_for_its_roles(
    filled: Database, backup: Path, made: Callable[..., Database], connect: Connect, name: str | None
) -> None:
    target = made(name)
    document = restored(target.owner_url, backup, ADMIN_DATABASE_URL=target.admin_url)
    assert document["applied"] == []
    assert document["checked"] == {"organizations": 2, "events": 4, "credentials": 2}
    assert _shape(target.owner_url, target.roles) == _shape(filled.owner_url, filled.roles)
    # The check keeps a note of what it has found equal.
    assert contents(connect(target.owner_url)) | NOTES == contents(connect()) | NOTES
    inspect(target.app_url, setting="MODELBOOK_DATABASE_URL", administrates=False)


def test_restored_beside_the_original_they_are_strangers(
    filled: Database, backup: Path, made: Callable[..., Database], connect: Connect
) -> None:
    target = made()
    restored(target.owner_url, backup, ADMIN_DATABASE_URL=target.admin_url)
    owner = connect(target.owner_url)
    theirs = [filled.roles.owner, filled.roles.app, filled.roles.admin, filled.roles.backup]
    shared = owner.execute(
        "SELECT refobjid::regrole::text FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass"
        " AND refobjid::regrole::text = ANY (%s)"
        " AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
        (theirs,),
    ).fetchall()
    assert shared == []
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(login_url(target.owner_url, filled.roles.admin))


def test_a_database_that_is_not_empty_is_refused(filled: Database, backup: Path, connect: Connect) -> None:
    before = contents(connect())
    settings = {"OWNER_DATABASE_URL": filled.owner_url, "ADMIN_DATABASE_URL": filled.admin_url}
    said(command("restore", str(backup), MASTER_KEYS=MASTER_KEYS, **settings), REFUSED, "holds tables already")
    assert contents(connect()) == before


def test_a_file_is_never_overwritten(filled: Database, backup: Path) -> None:
    before = backup.read_bytes()
    said(command("backup", str(backup), **external(filled)), REFUSED, str(backup), "already exists")
    assert backup.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(filled: Database, tmp_path: Path) -> None:
    said(command("backup", str(tmp_path / "no" / "file"), **external(filled)), REFUSED, "cannot be written", "No such")


DAMAGES = {
    "a read table": (sql.SQL("UPDATE ai_models SET name = 'Another'"), "not as in the log"),
    "the log": (sql.SQL("UPDATE events SET actor = 'another' WHERE org_sequence = 1"), "log is not as it was written"),
    "a credential": (sql.SQL("UPDATE provider_credentials SET ciphertext = '\\x00'"), "2 stored credentials cannot"),
}


@pytest.mark.parametrize("damaged", DAMAGES)
def test_what_is_not_sound_is_no_backup(filled: Database, tmp_path: Path, connect: Connect, damaged: str) -> None:
    statement, words = DAMAGES[damaged]
    owner = connect()
    owner.execute("ALTER TABLE events DISABLE TRIGGER events_are_append_only")
    owner.execute(statement)
    owner.execute("ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_append_only")
    said(command("backup", str(tmp_path / "backup.dump"), **external(filled)), REFUSED, "not sound", words)
    assert list(tmp_path.iterdir()) == []


def test_master_keys_that_do_not_fit_are_reported(
    filled: Database, backup: Path, made: Callable[..., Database]
) -> None:
    other = backup.with_name("other.dump")
    said(command("backup", str(other), **external(filled, MASTER_KEYS=OTHER_KEYS)), REFUSED, "k1")
    target = made()
    settings = {"OWNER_DATABASE_URL": target.owner_url, "ADMIN_DATABASE_URL": target.admin_url}
    said(command("restore", str(backup), MASTER_KEYS=OTHER_KEYS, **settings), REFUSED, "k1")
    said(command("restore", str(backup), **settings), MISUSED, "MODELBOOK_MASTER_KEYS is missing")


def test_a_damaged_file_leaves_the_database_empty(backup: Path, made: Callable[..., Database]) -> None:
    whole = backup.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "cut off": whole[:-1],
        "cut in its middle": whole[:middle] + whole[middle + 1 :],
        "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "something else": b"CREATE TABLE x ();",
    }
    target = made()
    settings = {"OWNER_DATABASE_URL": target.owner_url, "ADMIN_DATABASE_URL": target.admin_url}
    for name, content in damaged.items():
        bad = backup.with_name(name)
        bad.write_bytes(content)
        said(command("restore", str(bad), MASTER_KEYS=MASTER_KEYS, **settings), REFUSED, str(bad))
    # None has left a table behind: that would be refused now.
    assert restored(target.owner_url, backup, ADMIN_DATABASE_URL=target.admin_url)["checked"]["events"] == 4


def test_a_backup_of_a_newer_version_is_left_alone(
    filled: Database, tmp_path: Path, connect: Connect, made: Callable[..., Database]
) -> None:
    connect().execute(
        "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc) VALUES ('x', '9999_later', now())"
    )
    file, target = tmp_path / "newer.dump", made()
    # As the newer version would write it.
    asyncio.run(PostgresBackups().write(filled.admin_url, str(file), NoProgress()))
    settings = {"OWNER_DATABASE_URL": target.owner_url, "ADMIN_DATABASE_URL": target.admin_url}
    said(command("restore", str(file), MASTER_KEYS=MASTER_KEYS, **settings), REFUSED, "newer version", "9999_later")
    assert contents(connect(target.owner_url)) == {}


def _shape(url: str, roles: Roles) -> list[str]:
    """Return the schema as pg_dump tells it, grants and policies included, with the roles by their kind."""
    program = asyncio.run(newest_program("pg_dump"))
    dumped = subprocess.run(
        [program, "--schema-only", url], capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
    ).stdout
    for kind, name in asdict(roles).items():
        for written in (sql.Identifier(name).as_string(), name):
            dumped = dumped.replace(written, f"<{kind}>")
    return sorted(line for line in dumped.splitlines() if not line.startswith(("\\", "--")))
