"""The audit trail from the command line: shown, verified, exported, and verified again without a database."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.checkpoints.signing_key import new_signing_key
from entrypoints.cli.main import app
from tests.browser.database_superuser import superuser
from tests.e2e.api_client import Api, path_of
from tests.e2e.running_service import MASTER_KEYS, RunningService
from tests.http_service import SECRET


@dataclass(frozen=True, slots=True)
class Commands:
    """The command line with the settings of a deployment."""

    environment: dict[str, str]

    async def run(self, *arguments: object) -> Result:
        """Run a command in a thread, as if it were a process of its own."""
        given = [str(argument) for argument in arguments]
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, given, env=self.environment))

    async def json(self, *arguments: object) -> Any:  # noqa: ANN401 - the document is what it is
        result = await self.run(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture
def commands(service: RunningService, tmp_path: Path) -> Commands:
    new_signing_key(tmp_path / "key")
    with superuser(service) as connection:
        # Each test has a sink of its own, as if no other had written checkpoints of this database.
        connection.execute("DELETE FROM newest_checkpoint")
        connection.execute("UPDATE organization_heads SET is_changed = true")
    return Commands(
        {
            "MODELBOOK_DATABASE_URL": service.database.app_url,
            "MODELBOOK_ADMIN_DATABASE_URL": service.database.admin_url,
            "MODELBOOK_MASTER_KEYS": MASTER_KEYS,
            "MODELBOOK_JWT_SECRET": SECRET,
            "MODELBOOK_CHECKPOINT_KEY": str(tmp_path / "key"),
            "MODELBOOK_CHECKPOINT_SINK": str(tmp_path / "sink"),
        }
    )


async def _a_story(api: Api) -> dict[str, Any]:
    """Return a model that was renamed once."""
    model = await api.model(await api.provider(), name="First")
    reply = await api.patch(path_of(model), {"name": "Second"}, x_change_reason="It is better")
    document: dict[str, Any] = reply.document
    return document


async def test_the_story_of_a_model_is_reported(api: Api, commands: Commands) -> None:
    model = await _a_story(api)
    answer = await commands.run("replay", "model", model["id"], "--org", api.organization_id)
    assert answer.exit_code == 0, answer.stderr
    assert "model.renamed  by user-1" in answer.stdout
    assert "because: It is better" in answer.stdout
    assert 'name: "First" -> "Second"' in answer.stdout
    assert answer.stdout.count("      sources") == 1
    assert "The model after revision 2:" in answer.stdout
    document = await commands.json("replay", "model", model["id"])
    assert [event["type"] for event in document["events"]] == ["model.registered", "model.renamed"]
    assert document["outcome"] == json.loads(json.dumps(model, default=float))


@pytest.mark.parametrize("until", ["revision", "time"])
async def test_the_story_is_reported_up_to_a_moment(api: Api, commands: Commands, until: str) -> None:
    model = await _a_story(api)
    option = ("--until", 1) if until == "revision" else ("--as-of", model["createdAt"])
    document = await commands.json("replay", "model", model["id"], "--org", api.organization_id, *option)
    assert [event["revision"] for event in document["events"]] == [1]
    assert document["outcome"]["name"] == "First"


async def test_what_was_removed_has_a_story(api: Api, commands: Commands) -> None:
    model = await _a_story(api)
    await api.delete(path_of(model))
    answer = await commands.run("replay", "model", model["id"], "--org", api.organization_id)
    assert (answer.exit_code, "model.removed" in answer.stdout) == (0, True)
    assert "The model was removed at" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (("provider", "{model}"), 1, "no such provider"),
        (("model", "00000000-0000-4000-8000-000000000000"), 1, "no such model"),
        (("thing", "{model}"), 2, "is not a kind of resource"),
        (("model", "7"), 2, "ID 7 is not an id"),
        (("model", "{model}", "--as-of", "2020-01-01T00:00:00Z"), 1, "did not exist then"),
        (("model", "{model}", "--as-of", "2020-01-01"), 2, "is not a time in RFC 3339"),
        (("model", "{model}", "--as-of", "2020-01-01T00:00:00Z", "--until", "1"), 2, "cannot be combined"),
    ],
)
async def test_a_story_that_cannot_be_reported_is_refused_in_a_line(
    api: Api, commands: Commands, arguments: tuple[str, ...], code: int, expected: str
) -> None:
    model = await _a_story(api)
    given = [argument.format(model=model["id"]) for argument in arguments]
    result = await commands.run("replay", *given, "--org", api.organization_id)
    assert result.exit_code == code
    assert expected in result.stderr
    assert "Traceback" not in result.stderr


async def test_a_story_is_reported_its_own_organization_alone(api: Api, commands: Commands) -> None:
    model = await _a_story(api)
    strangers = await commands.run("replay", "model", model["id"], "--org", api.elsewhere().organization_id)
    assert (strangers.exit_code, "no such model" in strangers.stderr) == (1, True)
    nobodys = await commands.run("replay", "provider", api.organization_id)
    assert (nobodys.exit_code, "no provider with this id in the log of any organization" in nobodys.stderr) == (1, True)


async def test_the_log_is_proved_exported_and_proved_again(api: Api, commands: Commands, tmp_path: Path) -> None:
    await _a_story(api)
    before = await commands.json("audit", "verify", "--org", api.organization_id)
    assert (before["intact"], before["unproven"]["events"]) == (True, 3)
    written = await commands.json("audit", "checkpoint")
    again = await commands.json("audit", "checkpoint")
    assert (written["number"], again["number"], again["heads"]) == (1, 2, 0)
    whole = await commands.json("audit", "verify")
    assert (whole["intact"], whole["findings"], whole["unproven"]["events"]) == (True, [], 0)
    assert whole["organizations"] == written["heads"]
    assert whole["provedBefore"] == 0
    assert (await commands.json("audit", "verify"))["provedBefore"] == whole["events"]
    assert (await commands.json("audit", "verify", "--full"))["provedBefore"] == 0
    file, key = tmp_path / "export.ndjson", tmp_path / "key.pem"
    exported = await commands.json("audit", "export", "--org", api.organization_id, "--output", file)
    assert (exported["file"], exported["bytes"]) == (str(file), file.stat().st_size)
    key.write_text((await commands.run("audit", "public-key")).stdout)
    offline = Commands({})
    proved = await offline.run("audit", "verify", file, "--public-key", key)
    assert proved.exit_code == 0, proved.stderr
    assert proved.stdout.startswith(f"Proved: 3 events of organization {api.organization_id}, the first 3 vouched for")
    lines = file.read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace("user-1", "user-2")
    file.write_text("".join(lines))
    betrayed = await offline.run("audit", "verify", file, "--public-key", key)
    assert betrayed.exit_code == 1
    assert betrayed.stdout.startswith("NOT PROVED. Line 3: ")
    reported = json.loads((await offline.run("audit", "verify", file, "--public-key", key, "--json")).stdout)
    assert (reported["proved"], reported["wrongLine"]) == (False, 3)


async def test_an_old_export_is_compared_with_the_live_log(api: Api, commands: Commands, tmp_path: Path) -> None:
    await _a_story(api)
    file = tmp_path / "export.ndjson"
    await commands.json("audit", "export", "--org", api.organization_id, "--output", file)
    await _a_story(api)
    same = await commands.run("audit", "compare", file)
    assert (same.exit_code, same.stdout) == (0, f"The same: 3 events of organization {api.organization_id}.\n")
    # As it would look had the log been tampered with since.
    header, first, second, third, footer = file.read_text().splitlines(keepends=True)
    gone = third.replace('"sequence":3,', '"sequence":99,')
    file.write_text("".join([header, first, second.replace("user-1", "user-2"), third, gone, footer]))
    different = await commands.run("audit", "compare", file, "--json")
    assert different.exit_code == 1
    document = json.loads(different.stdout)
    assert (document["same"], document["events"], document["misfits"]) == (False, 4, 2)
    assert document["first"] == [{"sequence": 2, "what": "differs"}, {"sequence": 99, "what": "missing"}]
    answer = await commands.run("audit", "compare", file)
    assert answer.stdout.startswith("event 2 is not what it was.\nevent 99 is missing.\nDIFFERENT. 2 of 4 events")
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    torn = await commands.run("audit", "compare", file)
    assert (torn.exit_code, "no footer" in torn.stderr) == (1, True)


async def test_the_whole_log_is_reported_in_a_line(api: Api, commands: Commands) -> None:
    await _a_story(api)
    answer = await commands.run("audit", "verify")
    assert answer.exit_code == 0, answer.stderr
    assert answer.stdout.startswith("Whole. ")
    assert "There is no checkpoint yet" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (("verify", "{missing}", "--public-key", "{key}"), 1, "cannot be read"),
        (("verify", "{missing}"), 2, "--public-key is missing"),
        (("compare", "{missing}"), 1, "cannot be read"),
        (("compare", "{key}"), 1, "no exported log"),
        (("restored", "--reason", "Ask me@example.org"), 2, "no e-mail addresses"),
        (("restored", "--reason", "A disk was lost"), 1, "there is nothing to state"),
        (("verify", "{missing}", "--public-key", "nonsense"), 2, "no public Ed25519 key"),
        (("verify", "--org", "7"), 2, "--org 7 is not an id"),
        (("new-key", "{key}"), 1, "cannot be created"),
        (("export", "--org", "00000000-0000-4000-8000-000000000000", "--json"), 2, "--json needs --output"),
        (
            ("export", "--org", "00000000-0000-4000-8000-000000000000", "--output", "{missing}/x"),
            1,
            "cannot be written",
        ),
    ],
)
async def test_a_command_that_makes_no_sense_is_refused_in_a_line(
    commands: Commands, tmp_path: Path, arguments: tuple[str, ...], code: int, expected: str
) -> None:
    places = {"missing": str(tmp_path / "missing"), "key": str(tmp_path / "public.pem")}
    (tmp_path / "public.pem").write_text((await commands.run("audit", "public-key")).stdout)
    result = await commands.run("audit", *(argument.format(**places) for argument in arguments))
    assert result.exit_code == code
    assert expected in result.stderr


async def test_a_new_key_is_made_for_the_settings(commands: Commands, tmp_path: Path) -> None:
    made = await commands.run("audit", "new-key", tmp_path / "another")
    assert made.exit_code == 0
    commands.environment["MODELBOOK_CHECKPOINT_KEY"] = str(tmp_path / "another")
    assert (await commands.run("audit", "public-key")).stdout == made.stdout
    commands.environment["MODELBOOK_CHECKPOINT_KEY"] = str(tmp_path / "nowhere")
    refused = await commands.run("audit", "checkpoint")
    assert (refused.exit_code, "cannot be used" in refused.stderr) == (2, True)
