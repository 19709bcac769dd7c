"""The service on a Postgres of somebody else's: made ready by its owner, served from with the logins that gives."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from aiohttp import ClientSession

from tests.e2e.api_client import Api, path_of
from tests.e2e.external_postgres import OWNER_PASSWORD, close_to_strangers, command, owned_database
from tests.e2e.processes import serving
from tests.http_service import SECRET
from tests.postgres_server import PostgresServer


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        close_to_strangers(server)
        yield server


@pytest.fixture
def owner_url(server: PostgresServer) -> str:
    """Give the URL of a database's owner as a cloud has it: may create roles, is no superuser, has a password."""
    return owned_database(server, f"ledger_{uuid4().hex}")


def migrated(owner_url: str, *options: str) -> dict[str, Any]:
    done = command("migrate", *options, "--json", OWNER_DATABASE_URL=owner_url)
    assert done.exit_code == 0, done.errors
    assert OWNER_PASSWORD not in done.errors + done.out
    result: dict[str, Any] = json.loads(done.out)
    return result


def settings_from(logins: dict[str, Any]) -> dict[str, str]:
    return {
        "DATABASE_URL": logins["databaseUrl"],
        "ADMIN_DATABASE_URL": logins["adminDatabaseUrl"],
        "MASTER_KEYS": command("keys", "generate").out.strip(),
        "JWT_SECRET": SECRET,
    }


async def test_what_migrate_prints_is_what_serve_needs(session: ClientSession, owner_url: str) -> None:
    logins = migrated(owner_url, "--logins")
    assert len(logins["applied"]) >= 4
    settings = settings_from(logins)
    organization_id = uuid4()
    token = command("token", "--org", str(organization_id), "--role", "admin", **settings).out.strip()
    with serving("serve", "--port", "0", **settings) as running:
        api = Api(session, running.ready()["url"], organization_id, token)
        provider = await api.provider()
        assert await api.get(path_of(provider)) == provider
        # The tests' own server is one that an operator is warned of.
        assert "Postgres 18.6 has known vulnerabilities: update it to 18.7 or newer." in running.errors
        assert str(urlsplit(settings["DATABASE_URL"]).password) not in running.errors
    assert migrated(owner_url)["applied"] == []


def test_migrate_shows_a_person_what_to_set_and_new_logins_put_the_old_ones_out_of_use(owner_url: str) -> None:
    done = command("migrate", "--logins", OWNER_DATABASE_URL=owner_url)
    shown = dict(line.split("=", 1) for line in done.out.splitlines())
    assert list(shown) == ["MODELBOOK_DATABASE_URL", "MODELBOOK_ADMIN_DATABASE_URL"]
    assert "Applied" in done.errors
    urls = {"databaseUrl": shown["MODELBOOK_DATABASE_URL"], "adminDatabaseUrl": shown["MODELBOOK_ADMIN_DATABASE_URL"]}
    for url in urls.values():
        psycopg.connect(url).close()
    settings = settings_from(urls)
    newer = migrated(owner_url, "--logins")
    for name in ("databaseUrl", "adminDatabaseUrl"):
        psycopg.connect(newer[name]).close()
    refused = command("serve", "--port", "0", **settings)
    assert (refused.exit_code, len(refused.lines)) == (1, 1)
    assert "MODELBOOK_DATABASE_URL" in refused.lines[0]
    assert "password" in refused.lines[0]
    assert str(urlsplit(settings["DATABASE_URL"]).password) not in refused.errors


def test_logins_get_the_passwords_that_were_chosen(owner_url: str) -> None:
    first = migrated(owner_url, "--logins")
    chosen = {}
    for setting, name in (("DATABASE_URL", "databaseUrl"), ("ADMIN_DATABASE_URL", "adminDatabaseUrl")):
        password = urlsplit(first[name]).password or ""
        chosen[setting] = first[name].replace(password, "chosen%2Fby%20us")
    for _ in range(2):
        done = command("migrate", "--logins", "--json", OWNER_DATABASE_URL=owner_url, **chosen)
        assert done.exit_code == 0, done.errors
        for url in chosen.values():
            psycopg.connect(url).close()
    swapped = {"DATABASE_URL": chosen["ADMIN_DATABASE_URL"], "ADMIN_DATABASE_URL": chosen["DATABASE_URL"]}
    refused = command("migrate", "--logins", OWNER_DATABASE_URL=owner_url, **swapped)
    assert (refused.exit_code, len(refused.lines)) == (1, 1)
    assert "MODELBOOK_DATABASE_URL has to name the login" in refused.lines[0]
    assert "chosen" not in refused.errors
