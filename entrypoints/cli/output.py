"""The output of commands: text for people, JSON for programs, errors as one line."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import orjson
import typer
from rich.console import Console

from application.errors import ApplicationError
from domain.errors import DomainError
from entrypoints.http.answers.response_model import ResponseModel, document_of
from entrypoints.settings import WrongSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSED: Final = 1
MISUSED: Final = 2

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


@contextmanager
def clear_errors(*, as_json: bool = False) -> Iterator[None]:
    """Turn what a command fails with into a line on standard error and an exit code: 2 for wrong settings, else 1."""
    try:
        yield
    except WrongSettings as error:
        _fail(MISUSED, "wrong-settings", error.lines, as_json=as_json)
    except (ApplicationError, DomainError) as error:
        _fail(REFUSED, error.code, [error.message], as_json=as_json)
    except ValueError as error:
        _fail(MISUSED, "wrong-value", [str(error)], as_json=as_json)


def say(line: str) -> None:
    """Print a line of progress to standard error, so that standard output holds the result alone."""
    errors.print(line, markup=False, soft_wrap=True)


def print_json(document: object) -> None:
    """Print a result as one JSON document, at once: whoever reads it may wait for it while the command goes on."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z, default=_plain).decode()
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _plain(value: object) -> object:
    return document_of(value) if isinstance(value, ResponseModel) else str(value)


def complain(code: str, lines: list[str], *, as_json: bool) -> None:
    """Print what went wrong to standard error, each thing in a line of its own."""
    if as_json:
        sys.stderr.write(orjson.dumps({"error": {"code": code, "lines": lines}}).decode() + "\n")
        sys.stderr.flush()
    else:
        for line in lines:
            errors.print(f"modelbook: {' '.join(line.split())}", markup=False, soft_wrap=True)


def _fail(exit_code: int, code: str, lines: list[str], *, as_json: bool) -> NoReturn:
    complain(code, lines, as_json=as_json)
    raise typer.Exit(exit_code)
