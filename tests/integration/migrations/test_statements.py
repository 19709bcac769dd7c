"""Every named statement beside the adapters fits the migrated schema."""

import re

import psycopg
import pytest

from adapters.sql import statements
from tests.architecture.sources import ROOT
from tests.databases import Connection

PARAMETER = re.compile(r"%\((\w+)\)[sbt]")
TEMPLATE = re.compile(r"\{\w*\}")
FILES = sorted((ROOT / "adapters").rglob("*.sql"))
STATEMENTS = {
    f"{path.parent.name}/{path.name}: {name}": text
    for path in FILES
    for name, text in statements(".".join(path.parent.relative_to(ROOT).parts), path.name).items()
}
PREPARABLE = re.compile(r"(?:--[^\n]*\n|\s)*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
# Conditions and an order, which the statements beside them are put together from; tested with those.
PIECES = {f"postgres/prompt_candidates.sql: {name}" for name in ("allowed", "fits", "preference", "usable")} | {
    "postgres/keyset_pages.sql: types_without_prompts"
}
# Those with places to be filled in are put together by their adapter, and LISTEN can neither be prepared nor
# misfit the schema; the tests of their adapters run both.
WHOLE = {name: text for name, text in STATEMENTS.items() if PREPARABLE.match(text) and not TEMPLATE.search(text)}


def _prepared(text: str) -> bytes:
    """Return what checks tables, columns, functions and types of the statement, and runs nothing."""
    names = list(dict.fromkeys(PARAMETER.findall(text)))
    numbered = PARAMETER.sub(lambda match: f"${names.index(match[1]) + 1}", text).replace("%%", "%")
    return b"PREPARE checked AS " + numbered.encode("utf-8")


def test_there_are_statements() -> None:
    assert len(WHOLE) > 10


def test_nothing_but_listen_cannot_be_prepared() -> None:
    others = [
        text for name, text in STATEMENTS.items() if not TEMPLATE.search(text) and name not in WHOLE.keys() | PIECES
    ]
    assert others == [text for text in others if text.lstrip().startswith("LISTEN ")]


def test_each_statement_fits_the_schema(owner: Connection) -> None:
    misfits = {}
    for name, text in WHOLE.items():
        try:
            owner.execute(_prepared(text))
            owner.execute("DEALLOCATE checked")
        except psycopg.Error as error:
            misfits[name] = str(error)
    assert misfits == {}


def test_a_statement_that_does_not_fit_would_be_noticed(owner: Connection) -> None:
    with pytest.raises(psycopg.errors.UndefinedColumn):
        owner.execute(_prepared("SELECT no_such_column FROM events WHERE organization_id = %(organization_id)s"))
