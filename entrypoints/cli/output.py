"""The output of commands: text for people, JSON for programs, errors as one line."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

import orjson
import typer
from rich.console import Console

from application.declaration.errors import DeclarationError
from application.errors import ApplicationError
from domain.errors import DomainError
from domain.names import shows_as_written
from entrypoints.http.answers.response_model import ResponseModel, document_of
from entrypoints.settings import WrongSettings

REFUSED: Final = 1
MISUSED: Final = 2

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


@contextmanager
def clear_errors(*, as_json: bool = False, report: Callable[[str, list[str]], None] | None = None) -> Iterator[None]:
    """Turn what a command fails with into a line on standard error and an exit code: 2 for wrong settings, else 1.

    `report` receives the code and the lines, where they are to be written otherwise.
    """
    report = report or partial(print_error, as_json=as_json)
    try:
        yield
    except WrongSettings as error:
        report("wrong-settings", error.lines)
        raise typer.Exit(MISUSED) from None
    except (ApplicationError, DomainError, DeclarationError) as error:
        report(error.code, [error.message])
        raise typer.Exit(REFUSED) from None
    except ValueError as error:
        report("wrong-value", [str(error)])
        raise typer.Exit(MISUSED) from None


def visible(line: str) -> str:
    """Return the line with escapes for what a terminal would obey, or nobody would see: ESC, line breaks, turns."""
    return "".join(
        character if shows_as_written(character) else character.encode("unicode_escape").decode() for character in line
    )


def say(text: str) -> None:
    """Print lines of progress to standard error, so that standard output holds the result alone."""
    errors.print("\n".join(map(visible, text.split("\n"))), markup=False, soft_wrap=True)


def print_json(document: object) -> None:
    """Print a result as one JSON document, at once: whoever reads it may wait for it while the command continues."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z, default=_plain).decode()
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _plain(value: object) -> object:
    return document_of(value) if isinstance(value, ResponseModel) else str(value)


def print_error(code: str, lines: list[str], *, as_json: bool) -> None:
    """Print what went wrong to standard error, each thing in a line of its own."""
    if as_json:
        sys.stderr.write(orjson.dumps({"error": {"code": code, "lines": lines}}).decode() + "\n")
        sys.stderr.flush()
    else:
        for line in lines:
            errors.print(f"modelbook: {visible(' '.join(line.split()))}", markup=False, soft_wrap=True)
