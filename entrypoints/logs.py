"""Logging: one line for each event, as text or JSON."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TextIO
from uuid import UUID

import orjson
import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import FilteringBoundLogger, Processor

Level = Literal["debug", "info", "warning", "error"]


def build_logger(
    *, level: Level = "info", log_format: Literal["console", "json"] = "console", stream: TextIO | None = None
) -> FilteringBoundLogger:
    """Return the logger that entry points hand to whatever logs; nothing global is changed.

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
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    return logger


@contextmanager
def library_logs(logger: FilteringBoundLogger) -> Iterator[None]:
    """Write what libraries warn of to the same log, in the same form, as long as the block lasts."""
    handler = _Forwarding(logger)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


class _Forwarding(logging.Handler):
    def __init__(self, logger: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        self._logger.log(record.levelno, record.getMessage(), source=record.name, exc_info=record.exc_info)


def _json(event: dict[str, Any], **_: object) -> str:
    return orjson.dumps(event, default=_text).decode()


def _text(value: object) -> str:
    return str(value) if isinstance(value, UUID) else repr(value)
