"""One change a row does what all of them did in their order."""

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from application.projections.fold_log import changed
from application.projections.row_changes import RowChange, net_changes
from tests.events import NOON

Rows = dict[tuple[str, str], dict[str, Any]]

TABLES = ("ai_providers", "ai_models")
COLUMNS = st.dictionaries(st.sampled_from(["name", "endpoint", "credential_hint"]), st.none() | st.text(max_size=2))
SOURCES = st.dictionaries(st.sampled_from(["name", "price"]), st.sampled_from(["manual", "live"]))


@st.composite
def _columns(draw: st.DrawFn) -> dict[str, Any]:
    columns = draw(COLUMNS)
    return columns | ({"sources": draw(SOURCES)} if draw(st.booleans()) else {})


@st.composite
def _life(draw: st.DrawFn, table: Any, row_id: str, *, is_there: bool) -> list[RowChange]:  # noqa: ANN401 - a literal
    """What can happen to one row: it is inserted once at most, and never touched after it is deleted."""
    first = [] if is_there else [RowChange(table, "insert", row_id, draw(_columns()) | {"sources": draw(SOURCES)})]
    later = [RowChange(table, "update", row_id, columns) for columns in draw(st.lists(_columns(), max_size=4))]
    last = [RowChange(table, "delete", row_id, {})] if draw(st.booleans()) else []
    return first + later + last


@st.composite
def _rows_and_changes(draw: st.DrawFn) -> tuple[Rows, list[RowChange]]:
    """Rows that are there, and changes of these and new rows, mingled."""
    rows: Rows = {}
    lives: list[list[RowChange]] = []
    for table in TABLES:
        for row_id in ("a", "b"):
            is_there = draw(st.booleans())
            if is_there:
                rows[table, row_id] = {"name": "old", "sources": draw(SOURCES)}
            lives.append(draw(_life(table, row_id, is_there=is_there)))
    turns = draw(st.permutations([index for index, life in enumerate(lives) for _ in life]))
    steps = [iter(life) for life in lives]
    return rows, [next(steps[index]) for index in turns]


def _after(rows: Rows, changes: Iterable[RowChange]) -> Rows:
    after = dict(rows)
    for change in changes:
        row = changed(after.pop((change.table, change.row_id), None), change, NOON)
        if row is not None:
            after[change.table, change.row_id] = row
    return after


@given(_rows_and_changes())
def test_the_net_of_changes_does_what_they_do_one_by_one(case: tuple[Rows, Sequence[RowChange]]) -> None:
    rows, changes = case
    assert _after(rows, net_changes(changes).values()) == _after(rows, changes)


@given(_rows_and_changes())
def test_the_net_changes_each_row_once(case: tuple[Rows, Sequence[RowChange]]) -> None:
    net = net_changes(case[1])
    assert net.keys() == {(change.table, change.row_id) for change in case[1]}
    assert [(change.table, change.row_id) for change in net.values()] == list(net)


@given(_rows_and_changes(), st.integers(0, 30))
def test_the_net_of_nets_is_the_net(case: tuple[Rows, Sequence[RowChange]], cut: int) -> None:
    rows, changes = case
    halves = [*net_changes(changes[:cut]).values(), *net_changes(changes[cut:]).values()]
    assert _after(rows, halves) == _after(rows, net_changes(changes).values())
    assert net_changes(halves) == net_changes(changes)
