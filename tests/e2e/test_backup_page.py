"""What docs/backup.md tells an operator to do, done line by line."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from aiohttp import ClientSession

from entrypoints.auditing.container import new_signing_key
from entrypoints.http.authorization import Role
from tests.documentation.shell import Shell
from tests.e2e.api_client import Api, Document, a_token, path_of
from tests.e2e.conftest import DataDirs
from tests.e2e.external_postgres import close_to_strangers, command, owned_database
from tests.e2e.forked_command import forked_command
from tests.e2e.processes import folder, owner_url, run, serving, stop_postgres
from tests.http_service import SECRET
from tests.log_contents import contents
from tests.postgres_server import PostgresServer

PAGE = (Path(__file__).parents[2] / "docs" / "backup.md").read_text("utf-8")
BLOCKS = 6


def block(heading: str, number: int = 0) -> str:
    """Return a block of commands below a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    commands: list[str] = re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    return commands[number]


def test_the_page_has_the_blocks_that_are_executed_here() -> None:
    assert len(re.findall(r"^```", PAGE, re.MULTILINE)) == 2 * BLOCKS


@pytest.fixture
def programs() -> Iterator[Path]:
    with forked_command() as found:
        yield found


def an_api(session: ClientSession, url: str, secret: str = SECRET) -> Api:
    organization_id = uuid4()
    return Api(session, url, organization_id, a_token(organization_id, Role.ADMIN, secret=secret), secret)


async def expect_served(api: Api, model: Document, settings: Mapping[str, str]) -> None:
    """Check that a service on the restored database has the model and takes the next change."""
    with serving("serve", "--port", "0", **settings) as running:
        there = Api(api.session, running.ready()["url"], api.organization_id, api.token, api.secret)
        assert await there.get(path_of(model)) == model
        assert (await there.patch(path_of(model), {"name": "Changed where it was restored"})).status == 200


def installed(owner_url: str, checkpoints: Path) -> dict[str, str]:
    """Migrate a database and return the settings of a service on it, which keeps checkpoints in the folder."""
    migrated = command("migrate", "--logins", "--json", OWNER_DATABASE_URL=owner_url)
    new_signing_key(checkpoints / "key")
    return {
        "DATABASE_URL": json.loads(migrated.out)["databaseUrl"],
        "ADMIN_DATABASE_URL": json.loads(migrated.out)["adminDatabaseUrl"],
        "MASTER_KEYS": command("keys", "generate").out.strip(),
        "JWT_SECRET": SECRET,
        "CHECKPOINT_KEY": str(checkpoints / "key"),
        "CHECKPOINT_SINK": str(checkpoints / "sink"),
        "HEALTH_INTERVAL": "0",
    }


def held(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows but the notes of what was found equal to the log."""
    with psycopg.connect(url, autocommit=True) as owner:
        return contents(owner) | {"projection_proofs": [], "log_proofs": []}


async def test_backing_up_and_restoring_as_the_page_says(
    start_postgres: Callable[[], PostgresServer], session: ClientSession, tmp_path: Path, programs: Path
) -> None:
    """In the order of the page: a backup, a new server, and the old backup after the log has gone on."""
    server, new_server = start_postgres(), start_postgres()
    for each in (server, new_server):
        close_to_strangers(each)
    settings = installed(owned_database(server, "models"), tmp_path)
    shell = Shell(tmp_path, programs, settings)
    with serving("serve", "--port", "0", **settings) as running:
        api = an_api(session, running.ready()["url"])
        model = await api.model(await api.provider())
        await _checkpointed(settings)
        assert "Checked: the backup contains the whole database." in await shell.run(block("Back up"))
        before = held(_superuser(server, "models"))

        new_owner_url = owned_database(new_server, "models")
        await shell.run(block("Restore into a new server"), NEW_OWNER_URL=new_owner_url)
        assert held(_superuser(new_server, "models")) == before
        assert "Whole." in await shell.run(block("Restore into a new server", 1))
        assert shell.settings["DATABASE_URL"] != settings["DATABASE_URL"]
        await expect_served(api, model, shell.settings | {"CHECKPOINT_INTERVAL": "0"})

        assert (await api.patch(path_of(model), {"name": "After the backup"})).status == 200
        await _checkpointed(settings)
    other_owner_url = owned_database(new_server, "older")
    printed = await shell.run(block("Restore an older backup"), OTHER_OWNER_URL=other_owner_url)
    assert "TRUNCATED" in printed
    assert "events are missing" in printed
    assert held(_superuser(new_server, "older")) == before
    printed = await shell.run(block("Restore an older backup", 1))
    assert f"organization {api.organization_id}: events 3 to 3 are lost." in printed
    assert "Whole." in printed
    await expect_served(api, model, shell.settings)


async def _checkpointed(settings: Mapping[str, str]) -> None:
    done = await asyncio.to_thread(run, "audit", "checkpoint", **settings)
    assert done.exit_code == 0, done.errors


def _superuser(server: PostgresServer, database: str) -> str:
    return server.uri.replace("/postgres?", f"/{database}?")


@pytest.fixture
def new_folder() -> Iterator[Path]:
    """Give a folder that root's Postgres may enter too."""
    with folder() as path:
        yield path
        stop_postgres(path / "new-data")


async def test_the_embedded_database_is_restored_as_the_page_says(
    data_dirs: DataDirs, session: ClientSession, new_folder: Path, programs: Path
) -> None:
    with data_dirs.fresh() as path:
        shell = Shell(new_folder, programs, {"DATA_DIR": str(path)})
        (new_folder / "backups").mkdir()
        with serving("serve", "--port", "0", DATA_DIR=str(path)) as running:
            secret = (path / "jwt-secret").read_text("ascii").strip()
            api = an_api(session, running.ready()["url"], secret)
            model = await api.model(await api.provider())
            await _checkpointed({"DATA_DIR": str(path)})
            before = await asyncio.to_thread(held, owner_url(path))
            printed = await shell.run(block("With the embedded Postgres"))
            assert "Checked: the backup contains the whole database." in printed
            assert "Whole." in printed
        with serving("serve", "--port", "0", DATA_DIR=str(new_folder / "new-data")) as running:
            running.ready()
            assert await asyncio.to_thread(held, owner_url(new_folder / "new-data")) == before
        await expect_served(api, model, {"DATA_DIR": str(new_folder / "new-data")})
