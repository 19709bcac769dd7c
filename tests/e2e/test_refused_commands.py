"""Commands beside `serve` that cannot do what is asked say so in one line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.e2e.failing_commands import MISUSED, NOWHERE, REFUSED, refusal, said
from tests.e2e.processes import folder


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with folder() as path:
        yield path / "data"


def test_migrate_says_what_it_lacks(databases: Databases) -> None:
    said(refusal("migrate"), MISUSED, "MODELBOOK_OWNER_DATABASE_URL")
    said(refusal("migrate", OWNER_DATABASE_URL=NOWHERE), REFUSED, "MODELBOOK_OWNER_DATABASE_URL", "refused")
    database = databases.migrated()
    finished = refusal("migrate", OWNER_DATABASE_URL=database.app_url)
    said(finished, REFUSED, "MODELBOOK_OWNER_DATABASE_URL")
    databases.drop(database)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--org"]),
        (["--org", "7"], ["--org 7", "id"]),
        (["--org", "0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d", "--role", "king"], ["--role king", "viewer"]),
    ],
)
def test_token_says_what_it_lacks(data_dir: Path, arguments: list[str], words: list[str]) -> None:
    said(refusal("token", *arguments, DATA_DIR=str(data_dir)), MISUSED, *words)


def test_token_cannot_sign_what_others_sign(data_dir: Path) -> None:
    finished = refusal("token", "--platform-admin", DATA_DIR=str(data_dir), JWT_JWKS_URL="https://example.com/jwks")
    said(finished, MISUSED, "MODELBOOK_JWT_JWKS")


def test_a_program_gets_its_refusal_as_json() -> None:
    finished = refusal("serve", "--json", PORT="x", NONSENSE="x")
    error = json.loads(finished.errors)["error"]
    assert error["code"] == "wrong-settings"
    assert len(error["lines"]) == 2
