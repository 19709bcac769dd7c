"""Events as stored in the log, and the row changes that follow from them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

Table = Literal["ai_providers", "ai_models", "access_keys", "webhooks", "members", "organizations"]

# These columns take in the entries of a change; every other column is replaced by it.
MERGED_COLUMNS: Final = frozenset({"sources"})


class LoggedEvent(NamedTuple):
    """An event in the log's own words: `facts` holds JSON values only, amounts and ids as text."""

    aggregate_id: str
    revision: int
    topic: str
    facts: Mapping[str, Any]


class RowChange(NamedTuple):
    """Insert, update or delete one row; `columns` are JSON values, and only those that change in an update."""

    table: Table
    operation: Literal["insert", "update", "delete"]
    row_id: str
    columns: dict[str, Any]


def net_changes(changes: Iterable[RowChange]) -> dict[tuple[Table, str], RowChange]:
    """Return one change a row that has the same outcome as all of them in their order."""
    net: dict[tuple[Table, str], RowChange] = {}
    for change in changes:
        key = (change.table, change.row_id)
        earlier = net.get(key)
        if earlier is None or change.operation != "update":
            net[key] = change
        else:
            columns = merged(earlier.columns, change.columns)
            net[key] = RowChange(change.table, earlier.operation, change.row_id, columns)
    return net


def merged(columns: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns after the change."""
    together = dict(columns)
    merge(together, change)
    return together


def merge(columns: dict[str, Any], change: Mapping[str, Any]) -> None:
    """Bring the change into the columns."""
    for name in MERGED_COLUMNS:
        if name in change and name in columns:
            change = {**change, name: {**columns[name], **change[name]}}
    columns.update(change)
