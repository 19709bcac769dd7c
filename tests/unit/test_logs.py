from __future__ import annotations

import io
import json
from uuid import UUID

import pytest

from entrypoints.logs import build_logger


def test_lines_for_machines_are_one_json_object_each() -> None:
    stream = io.StringIO()
    logger = build_logger(log_format="json", stream=stream)
    logger.info("request", organization=UUID(int=7), status=200)
    logger.warning("two\nlines", path=io.StringIO)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["event"], first["level"], first["status"]) == ("request", "info", 200)
    assert first["organization"] == str(UUID(int=7))
    assert first["time"].endswith("Z")
    assert second["event"] == "two\nlines"


def measure(api_key: str) -> None:
    raise LookupError(len(api_key))


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_values(log_format: str) -> None:
    stream = io.StringIO()
    logger = build_logger(log_format="json" if log_format == "json" else "console", stream=stream)
    try:
        measure("sk-" + "secret")
    except LookupError:
        logger.exception("unforeseen error")
    assert "LookupError: 9" in stream.getvalue()
    assert "Traceback" in stream.getvalue()
    assert "sk-secret" not in stream.getvalue()


def test_what_is_below_the_level_is_not_written() -> None:
    stream = io.StringIO()
    logger = build_logger(level="warning", stream=stream)
    logger.info("request")
    assert stream.getvalue() == ""
    logger.warning("careful")
    assert "careful" in stream.getvalue()
