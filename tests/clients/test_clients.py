"""The official Python clients do in every cell what docs/clients.md says; the other clients run by `make clients`."""

from typing import Final

import anthropic
import openai
import pytest

from sandbox.server import Sandbox
from tests.clients.anthropic_client import AnthropicMessages
from tests.clients.client import ClientError
from tests.clients.environments import HEAVY
from tests.clients.judging import FEATURES, Cell, judge, refused_field
from tests.clients.openai_client import OpenAIChat, OpenAIResponses
from tests.clients.permitted import PERMITTED, shown
from tests.clients.setting import QUICK, prepared
from tests.clients.table import PAGE, page, read
from tests.e2e.api_client import Api

CLIENTS: Final = (OpenAIChat, OpenAIResponses, AnthropicMessages)


@pytest.fixture(scope="module")
def table() -> dict[tuple[str, str, str, str], str]:
    return read(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.usefixtures("without_pauses")
async def test_each_cell_is_as_the_table_says(
    api: Api,
    sandbox: Sandbox,
    table: dict[tuple[str, str, str, str], str],
    kind: type[OpenAIChat | OpenAIResponses | AnthropicMessages],
) -> None:
    setting = await prepared(api, sandbox, QUICK)
    client = kind(setting.url, setting.token)
    cells = await judge(client, setting)
    await client.close()
    assert [cell for cell in cells if shown(cell) is None] == []
    found = {(cell.client, cell.api, cell.upstream, cell.feature): shown(cell) for cell in cells}
    assert len(found) > 15 * len(QUICK)
    assert found == {key: table.get(key) for key in found}


def test_the_table_was_made_with_the_clients_that_are_locked() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"| openai | {openai.__version__} |" in text
    assert f"| anthropic | {anthropic.__version__} |" in text
    assert "FAILED" not in text


def test_the_table_has_every_client_at_every_api(table: dict[tuple[str, str, str, str], str]) -> None:
    assert {(client, api) for client, api, _, _ in table} == {
        *((kind.name, kind.api) for kind in CLIENTS),
        *((heavy.name, api) for heavy in HEAVY for api in heavy.apis),
    }
    assert {upstream for _, _, upstream, _ in table} >= set(QUICK)


def test_every_permitted_refusal_is_met(table: dict[tuple[str, str, str, str], str]) -> None:
    assert {text for text in table.values() if text.startswith("(")} == {f"({each.letter})" for each in PERMITTED}


def test_a_refusal_that_is_not_permitted_fails() -> None:
    def cell(upstream: str, outcome: str) -> Cell:
        return Cell("openai", "responses", upstream, "forced tool", outcome)

    assert shown(cell("Anthropic 5.5", "refused: tool_choice")) == "(a)"
    assert shown(cell("Anthropic 5.5", "refused: tools")) is None
    assert shown(cell("Mistral", "refused: tool_choice")) is None
    assert shown(cell("Mistral", "FAILED: no answer")) is None
    assert shown(cell("Mistral", "passed")) == "✓"


def test_what_is_written_is_read_again() -> None:
    cells = [
        Cell("openai", "responses", "Mistral", feature, "passed" if number else "FAILED: why")
        for number, feature in enumerate(FEATURES)
    ]
    cells.append(Cell("other", "messages", "OpenAI", "chat", "passed"))
    found = read(page(cells, {"openai": "1"}))
    assert found["openai", "responses", "Mistral", "chat"] == "FAILED"
    assert found["openai", "responses", "Mistral", "cancel"] == "✓"
    assert found["openai", "responses", "OpenAI", "cancel"] == "-"
    assert found["other", "messages", "OpenAI", "chat"] == "✓"


@pytest.mark.parametrize(
    ("status", "code", "param", "message", "field"),
    [
        (400, "unsupported_parameter", "tools[0]", "No.", "tools[0]"),
        (400, "context_length_exceeded", "messages", "Too long.", None),
        (400, "invalid_request_error", None, "tool_choice: No.", "tool_choice"),
        (400, "invalid_request_error", None, "prompt is too long: 9 tokens > 8 maximum", None),
        (400, "provider_refused_request", None, 'It was refused. The provider answered: "No."', "by the provider"),
        (404, "not_found_error", None, "The provider does not count the tokens of a prompt.", "count_tokens"),
        (404, "model_not_found", "model", "No such model.", None),
        (502, None, None, "Broken.", None),
    ],
)
def test_a_refusal_is_known_from_an_error(
    status: int, code: str | None, param: str | None, message: str, field: str | None
) -> None:
    error = ClientError(status=status, code=code, param=param, message=message, raised="Error")
    assert refused_field(error) == field
