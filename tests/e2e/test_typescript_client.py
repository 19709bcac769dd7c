"""The OpenAPI document makes a strict TypeScript client, which works; and two linters find no error in it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.e2e.api_client import Api
from tests.npm import Packages, installed

# Its rules whose breach is an error: all others are warnings, and take as long. Whether examples fit their schemas
# takes it half a minute: tests/unit/http/test_openapi.py finds out faster.
SPECTRAL_ERRORS = (
    "array-items",
    "no-$ref-siblings",
    "oas3-schema",
    "oas3-server-variables",
    "openapi-tags-uniqueness",
    "operation-operationId-unique",
    "path-params",
)


@pytest.fixture(scope="session")
def packages() -> Packages:
    return installed()


@pytest.fixture
async def folder(packages: Packages, api: Api) -> AsyncIterator[Path]:
    """Give a folder with the sources and the document, as the running service serves it."""
    with packages.folder() as folder:
        reply = await api.ask("GET", "/api/docs/openapi.json")
        (folder / "openapi.json").write_text(reply.text, encoding="utf-8")
        yield folder


async def test_a_strict_client_compiles_and_works(packages: Packages, folder: Path, api: Api, sandbox: Sandbox) -> None:
    made = packages.run(folder, "openapi-typescript", "openapi.json", "--output", "openapi.d.ts")
    assert made.returncode == 0, made.stderr
    # Also says which of the mistakes it let pass.
    assert packages.check_types(folder, "--project", "tsconfig.json") == ""
    key = sandbox.key("openai")
    place = {"url": api.url, "token": api.token, "endpoint": sandbox.endpoint("openai"), "apiKey": key}
    ran = await asyncio.to_thread(packages.node_with, folder, "run.mjs", stdin=json.dumps(place))
    assert ran.returncode == 0, ran.stderr
    outcome: dict[str, Any] = json.loads(ran.stdout)
    assert "openai" in outcome["types"]
    assert (outcome["before"], outcome["failed"]) == (0, [])
    assert outcome["provider"] == f"From TypeScript, unknown, …{key[-4:]}, never checked"
    assert (outcome["report"]["status"], outcome["report"]["authenticated"]) == ("healthy", True)
    assert outcome["price"] > 0
    assert (outcome["type"], outcome["name"]) == ("multimodal", "Renamed")
    assert outcome["stale"] == "now at revision 3"
    assert [status for status, _ in outcome["bulk"]] == [200, 200]
    assert outcome["selected"] == "chat-latest"
    assert outcome["answer"]["attempts"] == 1
    assert "Say hello." in outcome["answer"]["text"]
    assert outcome["streamed"].startswith("text/event-stream")
    assert outcome["refused"] == "chat-latest"
    assert {"model.registered", "model.renamed"} <= set(outcome["audit"])


def test_redocly_finds_no_error(packages: Packages, folder: Path) -> None:
    linted = packages.run(folder, "redocly", "lint", "--extends", "recommended", "--format", "json", "openapi.json")
    found = json.loads(linted.stdout)
    assert [problem for problem in found["problems"] if problem["severity"] == "error"] == []
    assert (linted.returncode, found["totals"]["errors"]) == (0, 0)


def test_spectral_finds_no_error(packages: Packages, folder: Path) -> None:
    rules = "".join(f"  {rule}: true\n" for rule in SPECTRAL_ERRORS)
    (folder / ".spectral.yaml").write_text(f'extends: [["spectral:oas", "off"]]\nrules:\n{rules}', encoding="utf-8")
    linted = packages.run(
        folder, "spectral", "lint", "--quiet", "--format", "json", "--fail-severity", "error", "openapi.json"
    )
    # The message of each error, of which there is none: severity 0 is that of errors.
    assert [found["message"] for found in json.loads(linted.stdout) if found["severity"] == 0] == []
    assert linted.returncode == 0, linted.stderr
