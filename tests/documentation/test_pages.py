"""Every example of the documentation is executed, and what pages name is there."""

import re
from collections.abc import Iterator

import pytest
import yaml

from entrypoints.cli.commands import SUMMARIES
from entrypoints.settings import PREFIX, Settings, load_settings
from tests.architecture.sources import python_files
from tests.documentation.pages import (
    ROOT,
    Block,
    blocks_of,
    examples_of,
    exceptions,
    is_an_exception,
    is_shown,
    page_names,
    page_text,
)
from tests.documentation.reference import PAGES
from tests.product_routes import product_routes

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
# Which file a fragment of a language has to be a part of.
PARTS = {
    "nginx": ROOT / "deploy" / "nginx" / "modelbook.conf",
    "caddy": ROOT / "deploy" / "caddy" / "Caddyfile",
}
ROUTE = re.compile(
    r"`((?:GET|POST|PUT|PATCH|DELETE)(?: (?:GET|POST|PUT|PATCH|DELETE))*) (/(?:api/(?!docs)|v1/|auth/)[^`?\s]*)"
)
COMMAND = re.compile(r"`modelbook ([a-z-]+)")
FIGURE = re.compile(r"`(modelbook_\w+_\w+)")
SETTING = re.compile(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b(?!…)")


def becomes_something(block: Block) -> bool:
    """Whether the block is executed, shown as the output of one that is, part of a checked file, or excepted."""
    executed = examples_of(block.page)
    if any(block in (example.commands, *example.shown) for example in executed) or is_an_exception(block):
        return True
    if block.language == "env":
        return bool(settings_in(block))
    return block.language in PARTS and unindented(block.text) in unindented(PARTS[block.language].read_text("utf-8"))


def unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def settings_in(block: Block) -> dict[str, str]:
    """Return the settings of a block of the language `env`."""
    lines = [line for line in block.text.splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("name", page_names())
def test_every_block_is_executed_or_named_with_a_reason(name: str) -> None:
    forgotten = [f"{block}: {block.text.splitlines()[0]}" for block in blocks_of(name) if not becomes_something(block)]
    assert forgotten == [], "see docs/examples.md"
    outside = re.sub(r"^( *)```.*?^\1```$", "", page_text(name), flags=re.DOTALL | re.MULTILINE)
    assert re.findall(r"(?<=\n\n)    \S.*", outside) == [], "code stands between ```, where it is carried out"


@pytest.mark.parametrize(
    "block", [block for name in page_names() for block in blocks_of(name) if block.language == "env"], ids=str
)
def test_settings_that_a_page_shows_are_taken(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings_in(block).items():
        monkeypatch.setenv(name, value)
    assert settings_in(block).keys() <= {f"{PREFIX}{name.upper()}" for name in load_settings().model_fields_set}


def test_every_exception_is_one_and_names_the_test_or_the_reason() -> None:
    rows = exceptions()
    assert rows
    for row in rows:
        assert any(map(row.covers, blocks_of(row.page))), row
        for path in re.findall(r"`(tests/[^`]+)`", row.instead):
            assert (ROOT / path).exists(), row


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_follows_from_the_code_is_what_the_code_says(name: str) -> None:
    assert page_text(name) == PAGES[name](), "write it anew: make reference"


def test_every_alert_has_a_runbook_that_it_names() -> None:
    alerts = [rule for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"] for rule in group["rules"]]
    for rule in alerts:
        page = f"runbooks/{rule['alert']}.md"
        assert page in page_names(), f"docs/{page} says what to do when it fires"
        assert f"docs/{page}" in rule["annotations"]["runbook"]
        assert page_text(page).startswith(f"# {rule['alert']}\n")
        assert f"(runbooks/{rule['alert']}.md)" in page_text("runbooks.md")
    runbooks = {name for name in page_names() if name.startswith("runbooks/")}
    assert runbooks == {f"runbooks/{rule['alert']}.md" for rule in alerts}


def named(pattern: re.Pattern[str]) -> Iterator[tuple[str, re.Match[str]]]:
    for name in page_names():
        if name not in PAGES:
            yield from ((name, found) for found in pattern.finditer(page_text(name)))


def test_what_pages_name_is_there() -> None:
    routes = {(route.method, re.sub(r"\{[^}]+\}", "{}", route.path)) for route in product_routes()}
    for name, found in named(ROUTE):
        path = re.sub(r"\{[^}]+\}", "{}", found[2].rstrip(".,"))
        for method in found[1].split():
            assert (method, path) in routes, f"docs/{name}: {found[0]}"
    for name, found in named(COMMAND):
        assert found[1] in SUMMARIES, f"docs/{name}: {found[0]}"
    sources = "".join(path.read_text("utf-8") for path in python_files("adapters", "entrypoints"))
    for name, found in named(FIGURE):
        assert f'"{found[1].removesuffix("_total")}' in sources, f"docs/{name}: {found[1]}"
    for name, found in named(SETTING):
        assert found[0].removeprefix(PREFIX).lower() in Settings.model_fields, f"docs/{name}: {found[0]}"


@pytest.mark.parametrize(
    ("shown", "output", "expected"),
    [
        ('{"a": "x…", "b": [1, …], …}', '{"a": "xyz", "b": [1, 2], "c": 3}', True),
        ('{"a": {…, "b": null}}', '{"a": {"b": null, "c": 1}}', True),
        ('{"a": 1, …}', '{"a": 2}', False),
        ('{"a": "x…"}', '{"b": "x"}', False),
        ("[1, 2]", "[1]", False),
    ],
)
def test_what_a_page_shows_of_an_answer_is_compared(shown: str, output: str, expected: bool) -> None:
    assert is_shown(Block("", 0, "", "json", shown), output) is expected


def test_what_a_page_shows_of_an_output_is_compared() -> None:
    shown = Block("", 0, "", "text", "Whole. … events of 1 organization.\nEvery event …\n")
    assert is_shown(shown, "So.\nWhole. 17 events of 1 organization.\nEvery event is covered.\n")
    assert not is_shown(shown, "Whole. 17 events of 1 organization.\nNo event is covered.\n")
