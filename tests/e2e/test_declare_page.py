"""What docs/declare.md tells an administrator to do, done line by line."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.documentation.shell import Shell
from tests.e2e.api_client import KEYS, MODELS, PROVIDERS, Api
from tests.e2e.forked_command import forked_command
from tests.http_service import SECRET

PAGE = (Path(__file__).parents[2] / "docs" / "declare.md").read_text("utf-8")
BLOCKS = 7


def block(heading: str, language: str = "sh") -> str:
    """Return the block below a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    return str(found)


def test_the_page_has_the_blocks_that_are_executed_here() -> None:
    assert len(re.findall(r"^```", PAGE, re.MULTILINE)) == 2 * BLOCKS


@pytest.fixture
def programs() -> Iterator[Path]:
    with forked_command() as folder:
        yield folder


async def test_everything_is_done_as_the_page_says(
    api: Api, sandbox: Sandbox, tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = api.elsewhere()
    settings = {"API_URL": api.url, "JWT_SECRET": SECRET, "EGRESS_ALLOW": "127.0.0.1:*"}
    variables = {
        "ORG": str(api.organization_id),
        "OTHER_ORG": str(other.organization_id),
        "OPENAI_API_KEY": "sk-a-key-of-the-tests-1234",
        "GATEWAY_TOKEN": "a-token-of-the-tests",
        "ON_CALL_URL": "https://alerts.example.com/modelbook",
        "ANTHROPIC_API_KEY": "an-anthropic-key-of-the-tests",
        "OPENROUTER_API_KEY": sandbox.key("openrouter"),
        "OPENROUTER_BASE_URL": sandbox.endpoint("openrouter"),
        # What the export refers to.
        "GATEWAY_API_KEY": "a-gateway-key-of-the-tests",
        "GATEWAY_X_GATEWAY_TOKEN": "a-token-of-the-tests",
        "ON_CALL_WEBHOOK_URL": "https://alerts.example.com/modelbook",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    shell = Shell(tmp_path, programs, settings)
    (tmp_path / "acme.yaml").write_text(block("The file", "yaml"), "utf-8")
    (tmp_path / "gateway.key").write_text("a-gateway-key-of-the-tests\n", "utf-8")

    printed = await shell.run(block("Apply it"))
    assert "+ access key Search, production" in printed
    assert "access key Search, production: created. Its secret, shown this once: mbk_" in printed
    assert printed.endswith("Nothing to change; 7 unchanged.\n")
    [event] = (await api.get("/api/ai/audit", type="provider.registered", limit=1))["data"]
    assert event["actor"] == "command-line"

    [key] = await api.rows(KEYS)
    await api.patch(f"{KEYS}/{key['id']}", {"limits": {"requestsPerMinute": 6000}})
    await api.access_key(name="By hand")
    printed = await shell.run(block("Find what differs"))
    assert "~ access key Search, production\n    limits.requestsPerMinute: 6000 -> 600\n" in printed
    assert "? access key By hand: not in the file, stays as it is" in printed
    assert [each["name"] for each in await api.rows(KEYS)] == ["Search, production"]

    printed = await shell.run(block("Export it, and make it elsewhere"))
    assert printed.startswith("Nothing to change; 7 unchanged.\n")
    assert len(await other.rows(MODELS)) == 2

    (tmp_path / "config.yaml").write_text(block("Come from LiteLLM", "yaml"), "utf-8")
    printed = await shell.run(block("Come from LiteLLM"))
    assert printed.endswith("Nothing to change; 4 unchanged.\n")
    assert "name: claude\n" in (tmp_path / "litellm.yaml").read_text("utf-8")
    claudes = [model for model in await api.rows(MODELS) if model["name"] == "claude"]
    assert {model["modelId"] for model in claudes} == {"claude-sonnet-4-5", "anthropic/claude-sonnet-4.5"}

    printed = await shell.run(block("Come with keys alone"))
    offered = [model for model in await api.rows(MODELS) if model["sources"].get("price") == "live"]
    assert offered
    assert all(model["modelId"].startswith("anthropic/claude-sonnet-") for model in offered)
    assert {row["name"] for row in await api.rows(PROVIDERS)} == {"OpenAI", "Gateway", "Anthropic", "OpenRouter"}
