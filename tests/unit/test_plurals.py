"""Numbers of things in sentences."""

import pytest

from application.plurals import counted


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [
        (0, "event", "0 events"),
        (1, "event", "1 event"),
        (2_000, "row", "2,000 rows"),
        (1, "FINDING", "1 FINDING"),
        (2, "FINDING", "2 FINDINGS"),
    ],
)
def test_one_thing_is_not_called_several(count: int, noun: str, words: str) -> None:
    assert counted(count, noun) == words
