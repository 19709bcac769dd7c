"""The output of `serve` at its start and end: lines for people, or JSON where the log is JSON."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import typer

from entrypoints.cli.output import print_error, say
from entrypoints.logs import build_logger, end_logged, every_log


@dataclass(frozen=True, slots=True)
class ServiceLog:
    """Takes a line of progress, and what went wrong: its code and its lines."""

    say: Callable[[str], None]
    print_error: Callable[[str, list[str]], None]


@contextmanager
def service_log(*, as_json: bool) -> Iterator[ServiceLog]:
    """Return the writer, and write all other logs in the same form, as long as the block lasts.

    The setting is looked up before all others are read, because what is wrong with those is logged, too.
    """
    if not is_log_json():
        yield ServiceLog(say, partial(print_error, as_json=as_json))
        return
    logger = build_logger(log_format="json")

    def log_errors(code: str, lines: list[str]) -> None:
        for line in lines:
            logger.error(line, code=code)

    with every_log(logger), end_logged(logger, passing=(typer.Exit, typer.Abort)):
        written = partial(print_error, as_json=True) if as_json else log_errors
        yield ServiceLog(lambda line: logger.info(line.strip()), written)


def is_log_json() -> bool:
    """Return whether the environment requests a JSON log."""
    return os.environ.get("MODELBOOK_LOG_FORMAT", "").strip().lower() == "json"
