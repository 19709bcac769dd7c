"""Logging: one line for each event, as text or JSON."""

import json
import logging
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from types import TracebackType
from typing import Any, Literal, TextIO
from uuid import UUID

import orjson
import structlog
from structlog.typing import FilteringBoundLogger, Processor

Level = Literal["debug", "info", "warning", "error"]


def build_logger(
    *,
    level: Level = "info",
    log_format: Literal["console", "json"] = "console",
    stream: TextIO | None = None,
    more: Sequence[Processor] = (),
) -> FilteringBoundLogger:
    """Return the logger that entry points hand to whatever logs; nothing global is changed.

    `more` are further processors of each line, before it is written.
    Tracebacks never show the values of variables, which may be keys.
    """
    target = stream or sys.stderr
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    if log_format == "json":
        rendering: list[Processor] = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_json),
        ]
    else:
        rendering = [
            structlog.dev.ConsoleRenderer(
                colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback, timestamp_key="time"
            )
        ]
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(target),
        processors=[*shared, *more, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    return logger


@contextmanager
def every_log(logger: FilteringBoundLogger) -> Iterator[None]:
    """Write all other logs to the same log, in the same form, as long as the block lasts.

    These are warnings and errors of libraries and of asyncio, Python's own warnings, and exceptions that nobody catches
    in any thread. Inside another such block only the logger is another one for as long.
    """
    root = logging.getLogger()
    for outer in root.handlers:
        if isinstance(outer, _Forwarding):
            before, outer.logger = outer.logger, logger
            try:
                yield
            finally:
                outer.logger = before
            return
    handler = _Forwarding(logger)
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    root.addHandler(handler)
    logging.captureWarnings(True)  # noqa: FBT003 - the signature is the standard library's
    sys.excepthook = partial(_log_uncaught, logger)
    threading.excepthook = partial(_log_of_thread, logger)
    sys.unraisablehook = partial(_log_unraisable, logger)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)  # noqa: FBT003 - as above
        root.removeHandler(handler)


@contextmanager
def end_logged(logger: FilteringBoundLogger, *, passing: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Log an exception that nobody has caught before the end of the block, and end the process with exit code 1.

    Those of the types in `passing` are no errors, and continue.
    """
    with ExitStack() as stack:
        stack.push(partial(_end_logged, logger, passing))
        yield


def _end_logged(
    logger: FilteringBoundLogger,
    passing: tuple[type[Exception], ...],
    kind: type[BaseException] | None,
    error: BaseException | None,
    traceback: TracebackType | None,
) -> None:
    if kind is not None and issubclass(kind, Exception) and not issubclass(kind, passing):
        _log_uncaught(logger, kind, error, traceback)
        raise SystemExit(1)


def _log_uncaught(
    logger: FilteringBoundLogger,
    kind: type[BaseException],
    error: BaseException | None,
    traceback: TracebackType | None,
) -> None:
    logger.error("uncaught exception", exc_info=(kind, error, traceback))


def _log_of_thread(logger: FilteringBoundLogger, ended: threading.ExceptHookArgs) -> None:
    thread = None if ended.thread is None else ended.thread.name
    logger.error("uncaught exception", thread=thread, exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback))


def _log_unraisable(logger: FilteringBoundLogger, ended: "sys.UnraisableHookArgs") -> None:
    logger.error(
        "exception ignored", where=ended.err_msg, exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback)
    )


class _Forwarding(logging.Handler):
    def __init__(self, logger: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self.logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            # What was to be filled in does not fit; the standard library would print a traceback of its own.
            message = f"{record.msg} {record.args}"
        self.logger.log(record.levelno, message, source=record.name, exc_info=record.exc_info)


def _json(event: dict[str, Any], **_: object) -> str:
    try:
        return orjson.dumps(event, default=_text, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        # Text that is no Unicode, as from bytes of the system, or a number of more than 64 bits.
        return json.dumps(event, default=_text, skipkeys=True, ensure_ascii=False).encode("utf-8", "replace").decode()


def _text(value: object) -> str:
    return str(value) if isinstance(value, UUID) else repr(value)
