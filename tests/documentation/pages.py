"""The pages of the documentation as the tests read them: their blocks of code, and what becomes of each."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
EXCEPTIONS: Final = DOCS / "examples.md"
ANYTHING: Final = "…"
"""What an example leaves out of an answer."""

EXECUTED: Final = ("sh", "sql", "python")

_BLOCK: Final = re.compile(r"^( *)```(\S*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_ROW: Final = re.compile(r"^\| \[([^\]]+)\]\([^)]+\) \| (?:`([^`]+)`|all) \| (.+) \|$", re.MULTILINE)
_LEFT_OUT: Final = re.compile(rf"(?<=[\[{{])\s*{ANYTHING}\s*,?|,\s*{ANYTHING}\s*(?=[,\]}}])")
_ANY_VALUE: Final = re.compile(rf"(?<=:)\s*{ANYTHING}")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code of a page."""

    page: str
    line: int
    section: str
    language: str
    text: str

    def __str__(self) -> str:
        """Name the place as editors do."""
        return f"docs/{self.page}:{self.line}"


@dataclass(frozen=True, slots=True)
class Example:
    """Commands of a page, and what the page shows of their output."""

    commands: Block
    shown: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """Blocks that are not executed with the others: those of a page that begin with a text, or all of them."""

    page: str
    beginning: str
    instead: str

    def covers(self, block: Block) -> bool:
        """Whether the block is one of these."""
        return block.page == self.page and block.text.startswith(self.beginning)


def page_names() -> list[str]:
    """Return the names of all pages, seen from `docs/`."""
    return ["../README.md", *sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))]


def page_text(name: str) -> str:
    """Return a page."""
    return (DOCS / name).read_text("utf-8")


def blocks_of(name: str) -> list[Block]:
    """Return the blocks of a page in their order."""
    text = page_text(name)
    return [_block(name, text[: found.start()], found) for found in _BLOCK.finditer(text)]


def _block(name: str, before: str, found: re.Match[str]) -> Block:
    section = before.rpartition("\n## ")[2].partition("\n")[0]
    return Block(name, before.count("\n") + 1, section, found[2], dedent(found[3]))


def exceptions() -> list[ExceptionRow]:
    """Return the rows of the one table of exceptions."""
    return [ExceptionRow(*row) for row in _ROW.findall(EXCEPTIONS.read_text("utf-8"))]


def is_an_exception(block: Block) -> bool:
    """Whether the table has the block."""
    return any(row.covers(block) for row in exceptions())


def examples_of(name: str) -> list[Example]:
    """Return what of a page is executed, in its order: each block of commands with the output that follows it in
    the same section."""
    return list(_examples(name))


def _examples(name: str) -> Iterator[Example]:
    commands: Block | None = None
    shown: list[Block] = []
    for block in blocks_of(name):
        if block.language in {"json", "text"} and commands is not None and block.section == commands.section:
            shown.append(block)
            continue
        if commands is not None:
            yield Example(commands, tuple(shown))
        executed = block.language in EXECUTED and not is_an_exception(block)
        commands, shown = (block if executed else None), []
    if commands is not None:
        yield Example(commands, tuple(shown))


def is_shown(block: Block, output: str) -> bool:
    """Whether what was printed has all that the page shows of it; `…` stands for anything."""
    if block.language == "json":
        whole = _ANY_VALUE.sub(f'"{ANYTHING}"', _LEFT_OUT.sub("", block.text))
        return _has(json.loads(output), json.loads(whole))
    return re.search(_pattern(block.text.strip()), output) is not None


def _has(found: object, shown: object) -> bool:
    if shown == ANYTHING:
        return True
    if isinstance(shown, dict):
        return isinstance(found, dict) and all(key in found and _has(found[key], shown[key]) for key in shown)
    if isinstance(shown, list):
        return isinstance(found, list) and len(found) >= len(shown) and all(map(_has, found, shown))
    if isinstance(shown, str):
        return isinstance(found, str) and re.fullmatch(_pattern(shown), found) is not None
    return found == shown


def _pattern(text: str) -> str:
    return re.escape(text).replace(re.escape(ANYTHING), ".*")
