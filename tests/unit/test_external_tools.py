"""A missing program skips a test with one line, and fails it in CI."""

import pytest
from _pytest.outcomes import Failed, Skipped

from tests.external_tools import program

NAME = "no-such-program-anywhere"


@pytest.mark.parametrize(("variable", "outcome"), [("", Skipped), ("false", Skipped), ("true", Failed), ("1", Failed)])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, outcome: type[BaseException]) -> None:
    monkeypatch.setenv("CI", variable)
    with pytest.raises(outcome, match=f"^Painting needs {NAME} or paint-brush on the path.$"):
        program(NAME, "paint-brush", purpose="Painting")


def test_the_first_that_is_there_is_taken() -> None:
    assert program(NAME, "sh", purpose="Painting").endswith("/sh")
