"""Named statements kept in SQL files beside the code that runs them."""

import re
from importlib.resources import files
from typing import Final, LiteralString, cast

from psycopg.sql import SQL, Composed

_HEADING: Final = re.compile(r"^-- (\w+): .*$", re.MULTILINE)


def statements(package: str, file_name: str) -> dict[str, LiteralString]:
    """Return the named statements of an SQL file beside the code.

    The files belong to the package, so their text is as trusted as the code is: hence the literal type.
    """
    _, *parts = _HEADING.split(files(package).joinpath(file_name).read_text("utf-8"))
    return {
        name: cast("LiteralString", text.strip().rstrip(";"))
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }


def composed_statements(package: str, file_name: str) -> dict[str, Composed]:
    """Return the same statements composed once, so that they need not be with every use."""
    return {name: SQL(text).format() for name, text in statements(package, file_name).items()}
