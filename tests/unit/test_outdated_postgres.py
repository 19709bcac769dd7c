"""Which releases of Postgres an operator is warned of."""

import pytest

from adapters.postgres.inspect_database import outdated


@pytest.mark.parametrize(
    ("version", "newer"),
    [
        (160015, "16.16"),
        (160016, None),
        (170011, "17.12"),
        (170012, None),
        (180006, "18.7"),
        (180007, None),
        (190000, None),
    ],
)
def test_a_release_with_known_holes_is_named_with_the_one_that_closed_them(version: int, newer: str | None) -> None:
    said = outdated(version)
    assert (said is None) == (newer is None)
    assert newer is None or f"update it to {newer} or newer" in (said or "")
