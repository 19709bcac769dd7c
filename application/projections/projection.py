"""How the events of an aggregate become its row in a read table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from application.projections.row_changes import LoggedEvent, RowChange, Table
from domain.names import name_key

Columns = dict[str, Any]
ToColumns = Callable[[Mapping[str, Any]], Columns]
"""Makes the columns that follow from the facts of an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """The rows of a table, one for each aggregate, from its events.

    By their topics, events have `created` a row, `changed` it, or `removed` it.
    """

    table: Table
    created: Mapping[str, ToColumns] = field(default_factory=dict)
    changed: Mapping[str, ToColumns]
    removed: frozenset[str]
    has_revision: bool = True

    @property
    def topics(self) -> frozenset[str]:
        """The events from which the rows follow."""
        return frozenset({*self.created, *self.changed, *self.removed})

    def project(self, event: LoggedEvent) -> RowChange:
        """Return what the event does to its aggregate's row."""
        aggregate_id, revision, topic, facts = event
        if topic in self.removed:
            return RowChange(self.table, "delete", aggregate_id, {})
        is_new = topic in self.created
        columns = (self.created if is_new else self.changed)[topic](facts)
        columns["id"] = aggregate_id
        if self.has_revision:
            columns["revision"] = revision
        return RowChange(self.table, "insert" if is_new else "update", aggregate_id, columns)


def copied(*names: str, **constants: object) -> ToColumns:
    """Return what makes columns of facts of the same names, and sets others to what they always are then."""
    return lambda facts: {name: facts[name] for name in names} | constants


def named(facts: Mapping[str, Any]) -> Columns:
    """Return the name, and the key by which it is found and sorted."""
    return {"name": facts["name"], "name_key": name_key(facts["name"])}
