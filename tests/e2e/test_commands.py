"""Commands that answer and end."""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import jwt
import pytest
import typer
from typer.testing import CliRunner

from adapters.vault.keyring import Keyring
from entrypoints.cli.commands import SUMMARIES, module_of
from entrypoints.cli.main import app
from entrypoints.settings import Settings, settings_help
from tests.e2e.failing_commands import MISUSED, refusal, said
from tests.e2e.processes import COMMAND, PATIENCE_SECONDS, environment, folder
from tests.http_service import SECRET


def commands(command: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - Click's
    """Yield the names of every command and of every group of commands."""
    yield names
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            yield from commands(command.get_command(None, name), (*names, name))


def test_every_command_explains_itself() -> None:
    found = list(commands(typer.main.get_command(app)))
    assert {("serve",), ("keys", "rotate")} <= set(found)
    for names in found:
        helped = CliRunner().invoke(app, [*names, "--help"])
        assert helped.exit_code == 0
        assert helped.stdout.startswith("Usage: ")
        assert len(helped.stdout.splitlines()) > 5, names


def test_the_help_names_every_command_and_setting_and_loads_no_command() -> None:
    helped = subprocess.run(
        [sys.executable, "-X", "importtime", COMMAND, "--help"],
        env=environment({}),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    for name, summary in SUMMARIES.items():
        assert re.search(rf"^  {name} +{re.escape(summary)}$", helped.stdout, re.MULTILINE), name
    for name in Settings.model_fields:
        assert f"MODELBOOK_{name.upper()}:" in helped.stdout
    assert "entrypoints.cli.commands" in helped.stderr
    assert not {f"entrypoints.cli.{module_of(name)}" for name in SUMMARIES} & set(helped.stderr.split())


def test_the_help_says_what_settings_are_when_nobody_sets_them() -> None:
    reported = dict(line.split(": ", 1) for line in settings_help())
    assert reported["MODELBOOK_PORT"].endswith(" Default: 8080.")
    assert reported["MODELBOOK_RATE_LIMIT_STORAGE"].endswith(" Default: memory.")
    assert "Default" not in reported["MODELBOOK_JWT_SECRET"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], ["'nonsense'", "`modelbook --help`"]),
        (["serve", "--nonsense"], ["--nonsense", "`modelbook serve --help`"]),
        (["token", "--hours", "x"], ["'--hours'", "`modelbook token --help`"]),
        (["sandbox", "--port", "70000"], ["'--port'", "65535", "`modelbook sandbox --help`"]),
        (["keys", "rotat"], ["'rotate'", "`modelbook keys --help`"]),
        (["replay", "provider"], ["ID", "`modelbook replay --help`"]),
    ],
)
def test_what_is_no_command_is_refused_in_a_line_with_advice(arguments: list[str], words: list[str]) -> None:
    refused = refusal(*arguments)
    said(refused, MISUSED, *words)
    assert refused.errors.count("\n") == 1
    error = json.loads(refusal(*arguments, "--json").errors)["error"]
    assert error["code"] == "wrong-usage"


def test_without_a_command_there_is_the_help() -> None:
    finished = refusal()
    assert finished.exit_code == MISUSED
    assert "Commands:" in finished.errors


def test_a_token_says_what_it_was_asked_to() -> None:
    organization = str(uuid4())
    made = CliRunner().invoke(
        app,
        ["token", "--org", organization, "--role", "editor", "--subject", "anna", "--hours", "2"],
        env={"MODELBOOK_JWT_SECRET": SECRET, "MODELBOOK_JWT_AUDIENCE": "us", "MODELBOOK_JWT_ISSUER": "me"},
    )
    claims = jwt.decode(made.stdout.strip(), SECRET, algorithms=["HS256"], audience="us", issuer="me")
    assert claims["sub"] == "anna"
    assert claims["app_metadata"] == {"organization_id": organization, "org_role": "editor"}
    assert claims["exp"] - claims["iat"] == 7200
    shown = CliRunner().invoke(app, ["token", "--platform-admin", "--json"], env={"MODELBOOK_JWT_SECRET": SECRET})
    token = json.loads(shown.stdout)["token"]
    assert jwt.decode(token, SECRET, algorithms=["HS256"])["app_metadata"] == {"platform_admin": True}


def test_tokens_are_signed_with_the_secret_that_the_service_will_use() -> None:
    with folder() as path:
        made = CliRunner().invoke(app, ["token", "--org", str(uuid4())], env={"MODELBOOK_DATA_DIR": str(path)})
        secret = path / "jwt-secret"
        assert secret.stat().st_mode & 0o777 == 0o600
        assert jwt.decode(made.stdout.strip(), secret.read_text(), algorithms=["HS256"])["sub"] == "developer"


def test_a_new_master_key_is_one_that_can_be_used() -> None:
    made = CliRunner().invoke(app, ["keys", "generate"])
    _, _, key = made.stdout.strip().partition(":")
    assert len(base64.b64decode(key, validate=True)) == 32


def test_two_new_master_keys_can_be_used_together() -> None:
    made = [CliRunner().invoke(app, ["keys", "generate"]).stdout.strip() for _ in range(2)]
    assert len(Keyring.parse(",".join(made)).ids) == 2


def test_what_goes_into_a_pipe_that_closes_is_no_drama() -> None:
    piped = subprocess.Popen(
        [COMMAND, "--help"], env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert piped.stdout is not None
    piped.stdout.close()
    assert "Traceback" not in piped.communicate(timeout=60)[1]
