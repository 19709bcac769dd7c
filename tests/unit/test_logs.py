import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from entrypoints.logs import build_logger, end_logged, every_log


@pytest.fixture(autouse=True)
def _no_other_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A service of other tests may serve in this process, and have its own log."""
    monkeypatch.setattr(logging, "_warnings_showwarning", None)
    root = logging.getLogger()
    others = [handler for handler in root.handlers if type(handler).__module__ == "entrypoints.logs"]
    for handler in others:
        root.removeHandler(handler)
    yield
    for handler in others:
        root.addHandler(handler)


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


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_whatever_else_has_something_to_say_says_it_in_the_same_form() -> None:
    stream = io.StringIO()
    logger = build_logger(log_format="json", stream=stream)
    before = sys.excepthook
    with every_log(logger), every_log(logger):
        logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=LookupError("x"))
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("this is old", DeprecationWarning, stacklevel=1)
        thread = threading.Thread(target=measure, args=("sk-secret",), name="one")
        thread.start()
        thread.join(10)
        sys.excepthook(LookupError, LookupError("y"), None)
    assert sys.excepthook is before
    first, second, third, fourth = lines_of(stream)
    assert (first["source"], first["level"]) == ("asyncio", "error")
    assert "LookupError: x" in first["exception"]
    assert (second["source"], second["level"]) == ("py.warnings", "warning")
    assert "this is old" in second["event"]
    assert (third["event"], third["thread"]) == ("uncaught exception", "one")
    assert "sk-secret" not in stream.getvalue()
    assert "LookupError: y" in fourth["exception"]


def test_a_process_that_fails_says_so_in_its_log_and_ends() -> None:
    stream = io.StringIO()
    logger = build_logger(log_format="json", stream=stream)
    with pytest.raises(SystemExit) as ended, end_logged(logger, passing=(KeyError,)):
        measure("")
    assert ended.value.code == 1
    with pytest.raises(KeyError), end_logged(logger, passing=(KeyError,)):
        raise KeyError("passes")
    (line,) = lines_of(stream)
    assert "LookupError: 0" in line["exception"]


def test_what_cannot_be_written_as_it_is_is_written_all_the_same() -> None:
    stream = io.StringIO()
    logger = build_logger(log_format="json", stream=stream)
    logger.info("odd", name=b"\xff".decode("utf-8", "surrogateescape"), number=2**70, **{"1": {2: "two"}})
    with every_log(logger):
        # The log of the tests themselves would refuse it.
        unfitting = logging.LogRecord("library", logging.WARNING, "", 1, "%d of them", ("many",), None)
        logging.getLogger().handlers[-1].emit(unfitting)
    odd, unfit = lines_of(stream)
    assert (odd["name"], odd["number"]) == ("?", 2**70)
    assert "many" in unfit["event"]


def test_an_inner_log_takes_over_for_as_long_as_it_lasts() -> None:
    outer, inner = io.StringIO(), io.StringIO()
    with every_log(build_logger(log_format="json", stream=outer)):
        with every_log(build_logger(log_format="json", stream=inner)):
            logging.getLogger("library").warning("first")
        logging.getLogger("library").warning("second")
    assert [line["event"] for line in lines_of(inner)] == ["first"]
    assert [line["event"] for line in lines_of(outer)] == ["second"]
