"""What the documentation tells to do, done page by page with the service that the quickstart starts."""

import asyncio
from pathlib import Path

import psycopg

from tests.documentation.pages import examples_of, is_shown, page_names
from tests.documentation.shell import Shell
from tests.e2e.conftest import DataDirs
from tests.e2e.forked_command import forked_command
from tests.e2e.processes import owner_url, serving
from tests.external_tools import program

# What curl prints goes to the next command alone, and a refusal fails.
CURL = "silent\nshow-error\nfail-with-body\n"


def run_sql(data_dir: Path, statements: str) -> None:
    with psycopg.connect(owner_url(data_dir), autocommit=True) as owner:
        owner.execute(statements.encode())


async def test_every_command_of_the_documentation_does_what_its_page_says(data_dirs: DataDirs, tmp_path: Path) -> None:
    """Each page has a folder and variables of its own; what it changes, the pages after it find."""
    for name in ("curl", "jq"):
        program(name, purpose="Carrying out the documentation")
    (tmp_path / ".curlrc").write_text(CURL, "utf-8")
    demonstration = ("demo", "--port", "0", "--sandbox-port", "0")
    with data_dirs.fresh() as data_dir, serving(*demonstration, DATA_DIR=str(data_dir)) as running:
        said = running.ready()
        variables = {
            "CURL_HOME": str(tmp_path),
            "MODELBOOK": said["url"],
            "TOKEN": said["token"],
            "ORGANIZATION": said["organizationId"],
            "PROVIDER_URL": f"{said['sandboxUrl']}/openai/v1",
            "PROVIDER_KEY": "sk-proj-sandbox-valid",
        }
        settings = {"DATA_DIR": str(data_dir), "EGRESS_ALLOW": said["sandboxUrl"].removeprefix("http://")}
        with forked_command() as programs:
            for name in page_names():
                folder = tmp_path / name.replace("/", "-")
                folder.mkdir()
                shell = Shell(folder, programs, settings)
                for example in examples_of(name):
                    code = example.commands.text
                    if example.commands.language == "sql":
                        await asyncio.to_thread(run_sql, data_dir, code)
                        continue
                    if example.commands.language == "python":
                        code = f"python - <<'END'\n{code}END\n"
                    output = await shell.run(code, **variables)
                    for shown in example.shown:
                        assert is_shown(shown, output), f"{shown} is not what was printed: {output}"
