"""Administrators' commands beside a running service, on its data directory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from aiohttp import ClientSession
from typer.testing import CliRunner

from adapters.vault.keyring import Keyring
from entrypoints.cli.main import app
from entrypoints.http.authorization import Role
from tests.e2e.api_client import MODELS, PROVIDERS, Api, a_token
from tests.e2e.conftest import DataDirs
from tests.e2e.console_page import a_page
from tests.e2e.processes import owner_url, run, serving


@contextmanager
def beside_a_service(data_dirs: DataDirs) -> Iterator[tuple[Path, str]]:
    """Give the data directory and the address of a service that runs on it."""
    with data_dirs.fresh() as path, serving("serve", "--port", "0", DATA_DIR=str(path), HEALTH_INTERVAL="0") as running:
        yield path, running.ready()["url"]


def an_api(session: ClientSession, url: str, path: Path) -> Api:
    secret = (path / "jwt-secret").read_text("ascii").strip()
    organization_id = uuid4()
    return Api(session, url, organization_id, a_token(organization_id, Role.ADMIN, secret=secret), secret)


def ran(path: Path, *arguments: str) -> Any:  # noqa: ANN401 - the document is what it is
    done = run(*arguments, "--json", DATA_DIR=str(path))
    assert done.exit_code == 0, done.errors
    return json.loads(done.out)


async def test_projections_are_looked_at_verified_and_rebuilt(data_dirs: DataDirs, session: ClientSession) -> None:
    with beside_a_service(data_dirs) as (path, url):
        api = an_api(session, url, path)
        model = await api.model(await api.provider())
        with psycopg.connect(owner_url(path), autocommit=True) as owner:
            owner.execute("UPDATE ai_models SET name = 'Wrong'")
            owner.execute("UPDATE organizations SET name = 'Wrong'")
        found = run("projections", "verify", DATA_DIR=str(path))
        assert found.exit_code == 1
        assert f"{api.organization_id} {model['id']} different name" in found.out
        assert "ai_providers: 1 row, no row differs" in found.out
        assert "verify: verify" in found.errors
        done = ran(path, "projections", "rebuild", "ai_models", "--org", str(api.organization_id))
        assert [(each["name"], each["differences"]["count"]) for each in done["data"]] == [("ai_models", 1)]
        assert (await api.get(f"{MODELS}/{model['id']}"))["name"] == model["name"]

        done = ran(path, "projections", "rebuild")
        counts = {each["name"]: each["differences"]["count"] for each in done["data"]}
        assert counts.pop("organizations") == 1
        assert counts == dict.fromkeys(("ai_providers", "ai_models", "access_keys", "webhooks", "members"), 0)
        assert (done["organizations"], done["unchanged"]) == (1, 0)
        assert (await api.patch(f"{MODELS}/{model['id']}", {"name": "Goes on"})).status == 200
        assert run("projections", "rebuild", "ai_models", DATA_DIR=str(path)).exit_code == 0
        assert (await api.get(f"{MODELS}/{model['id']}"))["name"] == "Goes on"
        assert [ran(path, "projections", "verify")["unchanged"] for _ in range(2)] == [0, 1]
        assert ran(path, "projections", "verify", "--full")["unchanged"] == 0
        statuses = ran(path, "projections", "status")["data"]
        assert {(each["organizations"], each["proved"]) for each in statuses} == {(1, 1)}
        assert {each["position"] >= 3 for each in statuses} == {True}
        assert "1 of 1" in run("projections", "status", DATA_DIR=str(path)).out


async def test_a_new_master_key_is_used_without_a_restart_and_the_old_one_removed(
    data_dirs: DataDirs, session: ClientSession
) -> None:
    with beside_a_service(data_dirs) as (path, url):
        api = an_api(session, url, path)
        # Nothing listens there: a test that gets as far as that has opened the key.
        provider = await api.provider(name="Before")
        assert ran(path, "keys", "rotate", "--new") == {"activeId": "k2", "rewrapped": 1, "unreadable": [], "left": 0}
        tested = await api.post(f"{PROVIDERS}/{provider['id']}/test")
        assert tested.status == 200, tested.text
        await api.provider(name="After")
        statuses = {each["id"]: each for each in ran(path, "keys", "status")["data"]}
        assert {key: (each["isActive"], each["credentials"]) for key, each in statuses.items()} == {
            "k2": (True, 2),
            "k1": (False, 0),
        }
        assert statuses["k1"]["isRemovable"]
        assert ran(path, "keys", "remove", "k1") == {"removed": "k1"}
        assert [each["id"] for each in ran(path, "keys", "status")["data"]] == ["k2"]
        assert (await api.post(f"{PROVIDERS}/{provider['id']}/test")).status == 200


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["projections", "rebuild", "events"], 1, "No such projection: there are organizations, "),
        (["projections", "verify", "--org", "mine"], 2, "--org mine is not an id"),
        (["projections", "rebuild", "--org", "mine"], 2, "--org mine is not an id"),
        (["keys", "generate", "--id", "not allowed"], 2, "not allowed"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(arguments: list[str], exit_code: int, words: str) -> None:
    refused = CliRunner().invoke(app, arguments)
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (exit_code, 1)
    assert words in refused.stderr


def test_a_generated_key_is_one_that_the_settings_take() -> None:
    made = json.loads(CliRunner().invoke(app, ["keys", "generate", "--id", "k7", "--json"]).stdout)
    assert made["id"] == "k7"
    assert Keyring.parse(made["masterKey"]).ids == ("k7",)
    assert len({CliRunner().invoke(app, ["keys", "generate"]).stdout for _ in range(3)}) == 3


async def test_somebody_is_invited_while_the_service_runs_and_while_it_does_not(data_dirs: DataDirs) -> None:
    async def found(url: str, link: str) -> Any:  # noqa: ANN401 - JSON
        async with a_page(url, origin="http://localhost:1") as page:
            reply = await page.ask("POST", "/auth/invitation", {"invitation": link.partition("#/invitation/")[2]})
            assert reply.status == 200, reply.document
            return reply.document

    with data_dirs.fresh() as path:
        before = ran(path, "invite", "ada@example.org", "--organization", "Acme", "--create", "--role", "admin")
        assert before["invitationUrl"].startswith("http://127.0.0.1:8080/#/invitation/mbi_")
        settings = {"DATA_DIR": str(path), "HEALTH_INTERVAL": "0", "PUBLIC_URL": "http://localhost:1"}
        with serving("serve", "--port", "0", **settings) as running:
            url = running.ready()["url"]
            named = ("--organization", "Acme", "--url", "https://modelbook.example/below/")
            beside = ran(path, "invite", "grace@example.org", *named)
            assert beside["invitationUrl"].startswith("https://modelbook.example/below/#/invitation/mbi_")
            assert beside["organizationId"] == before["organizationId"]
            first, second = [await found(url, each["invitationUrl"]) for each in (before, beside)]
            assert (first["role"], second["role"]) == ("admin", "viewer")
            assert {each["organizationName"] for each in (first, second)} == {"Acme"}
            for arguments, said in (
                (("nobody", *named), "not an e-mail address"),
                (("ada@example.org", *named), "is a member already"),
                (("a@example.org", "--organization", "Unknown"), "No organization is called Unknown"),
                (("a@example.org", "--organization", "Acme", "--role", "owner"), "The role is one of"),
            ):
                refused = run("invite", *arguments, DATA_DIR=str(path))
                assert refused.exit_code != 0
                assert said in refused.errors
