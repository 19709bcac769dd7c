"""`apply`, `export` and `import` that cannot do what is asked say so, and change nothing."""

import asyncio
import json
import os
import pty
from pathlib import Path
from uuid import uuid4

import pytest

from entrypoints.http.authorization import Role
from tests.e2e.api_client import PROVIDERS, Api
from tests.e2e.failing_commands import MISUSED, REFUSED, refusal, said
from tests.e2e.forks import Forked
from tests.e2e.processes import COMMAND, PATIENCE_SECONDS, Finished, environment
from tests.http_service import SECRET
from tests.process_output import read_to_the_end

ORGANIZATION = str(uuid4())
WHOLE = "version: 1\nproviders: [{name: OpenAI, providerType: openai}]\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "acme.yaml"
    path.write_text(WHOLE, "utf-8")
    return path


def applied(file: Path, *options: str, **settings: str) -> Finished:
    return refusal("apply", str(file), "--plan", *options, **({"JWT_SECRET": SECRET} | settings))


def test_missing_values_are_named(file: Path, tmp_path: Path) -> None:
    said(applied(file, API_TOKEN=""), MISUSED, "--org", "MODELBOOK_API_TOKEN")
    said(applied(file, "--org", "acme"), MISUSED, "--org acme", "id")
    said(applied(file, "--org", ORGANIZATION, "--url", "http://example.com"), MISUSED, "--url", "https")
    said(refusal("apply", str(file), "--org", ORGANIZATION), MISUSED, "--yes", "--plan")
    said(applied(tmp_path / "nothing.yaml", "--org", ORGANIZATION), MISUSED, "nothing.yaml", "No such file")
    nowhere = applied(file, "--org", ORGANIZATION, API_URL="http://127.0.0.1:1")
    said(nowhere, REFUSED, "http://127.0.0.1:1", "cannot be reached")
    said(
        refusal("export", "-", "--org", ORGANIZATION, JWT_SECRET=SECRET, API_URL="http://127.0.0.1:1"),
        REFUSED,
        "reached",
    )


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        ("version: 1\nproviders: [", ":3:1: did not find expected node content"),
        ("version: 1\nversion: 1\n", ":2:1: The key version appears twice here."),
        ("providers: []\n", ":1:1: /version is required."),
        (WHOLE + "budget:\n  usd: many\n  period: day\n", ":4:8: /budget/usd should be a number."),
        (WHOLE + "webhooks:\n- name: Hook\n  topics: ['*']\n", ":4:3: /webhooks/0/url is required."),
        (
            WHOLE.replace("providerType", "apiKey: sk-1, providerType"),
            ":2:36: /providers/0/apiKey is never written in the file",
        ),
        (WHOLE.replace("providers: [", "provider:\n  [", 1), ":2:1: /provider is not known here."),
        (WHOLE + '"\\e[2J": 1\n', ":3:10: /\\x1b[2J is not known here."),
    ],
)
def test_a_wrong_file_is_refused_at_its_place(file: Path, text: str, said_of_it: str) -> None:
    file.write_text(text, "utf-8")
    said(applied(file, "--org", ORGANIZATION), MISUSED, f"{file}{said_of_it}")
    error = json.loads(applied(file, "--org", ORGANIZATION, "--json").errors)["error"]
    assert error["code"] == "wrong-file"


def test_a_key_in_the_file_is_not_shown(file: Path) -> None:
    key = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"
    for text, told in (
        (WHOLE.replace("providerType", f"apiKey: {{{key}}}, providerType"), "/providers/0/apiKey/… is not known here"),
        (WHOLE.replace("OpenAI", key), "/providers/0/name has the form of a key"),
        (f"{WHOLE}{key}: 1\n{key}: 2\n", ":4:1: The key appears twice here"),
    ):
        file.write_text(text, "utf-8")
        done = applied(file, "--org", ORGANIZATION)
        said(done, MISUSED, told)
        assert key not in done.out + done.errors


def test_what_is_no_configuration_of_litellm_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("models: []\n", "utf-8")
    said(refusal("import", "litellm", str(config), "--plan"), MISUSED, "config.yaml", "/model_list")


@pytest.fixture
def impossible_file(file: Path) -> Path:
    file.write_text(
        """\
version: 1
providers:
- {name: A, providerType: nobody}
- {name: B, providerType: openai, settings: {x: 1}}
accessKeys:
- {name: K, models: [{provider: A, modelId: m}]}
""",
        "utf-8",
    )
    return file


async def test_what_the_service_has_decides_too(api: Api, impossible_file: Path) -> None:
    file = impossible_file
    done = await asyncio.to_thread(applied, file, API_URL=api.url, API_TOKEN=api.token or "")
    assert done.exit_code == MISUSED
    places = [line.split(" ")[1:3] for line in done.lines]
    assert places == [
        [f"{file}:3:27:", "/providers/0/providerType"],
        [f"{file}:4:49:", "/providers/1/settings/x"],
        [f"{file}:6:22:", "/accessKeys/0/models/0"],
    ]


async def test_a_token_has_to_be_an_administrators_of_this_organization(api: Api, file: Path) -> None:
    token = api.token or ""
    settings = {"API_URL": api.url, "API_TOKEN": token}
    elsewhere = await asyncio.to_thread(lambda: applied(file, "--org", ORGANIZATION, **settings))
    said(elsewhere, REFUSED, "organization")
    settings["API_TOKEN"] = "no token"
    said(await asyncio.to_thread(lambda: applied(file, **settings)), REFUSED, "token")
    # What a viewer may see is planned; what only an administrator may do is refused before anything is done.
    settings["API_TOKEN"] = api.of(Role.VIEWER).token or ""
    code, out, errors = await asyncio.to_thread(answered, file, "y\n", settings)
    assert code == REFUSED
    assert "+ provider OpenAI" in out
    assert "This could not be created: provider OpenAI." in errors
    assert await api.rows(PROVIDERS) == []


def answered(file: Path, answer: str, settings: dict[str, str]) -> tuple[int, str, str]:
    """Apply the file at a terminal where somebody answers the question; return exit code, output and errors."""
    ours, theirs = pty.openpty()
    errors_read, errors_written = os.pipe()
    process = Forked([str(COMMAND), "apply", str(file)], environment(settings), errors_written, stdin=theirs)
    os.close(errors_written)
    os.close(theirs)
    os.write(ours, answer.encode())
    try:
        with process.stdout as output, os.fdopen(errors_read, encoding="utf-8") as errors:
            out = read_to_the_end(output, seconds=PATIENCE_SECONDS, of="The command")
            said_besides = read_to_the_end(errors, seconds=PATIENCE_SECONDS, of="The command")
        return process.wait(PATIENCE_SECONDS), out, said_besides
    finally:
        process.kill()
        os.close(ours)


async def test_nothing_is_changed_without_consent(api: Api, file: Path) -> None:
    settings = {"API_URL": api.url, "API_TOKEN": api.token or ""}
    code, _, errors = await asyncio.to_thread(answered, file, "n\n", settings)
    assert code == REFUSED
    assert "Make these changes? [y/N]" in errors
    assert await api.rows(PROVIDERS) == []
    code, out, _ = await asyncio.to_thread(answered, file, "y\n", settings)
    assert (code, out.splitlines()[-1].strip()) == (0, "provider OpenAI: created")
