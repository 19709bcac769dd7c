"""Counts and first examples of differences found so far."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from adapters.projections.compare_rows import Checked, Digest
from application.projections.row_changes import Table
from application.rebuilding.projections import (
    ComparedTable,
    Comparison,
    Difference,
    Differences,
    UnreadableEvent,
    UnreadableEvents,
)

_MOST_NAMED: Final = 1_000


class Tally:
    """Counts differences and keeps the first examples."""

    def __init__(self, names: Sequence[Table]) -> None:
        self.organizations = 0
        self._unchanged = 0
        self._events = 0
        self._rows = dict.fromkeys(names, 0)
        self._differing = dict.fromkeys(names, 0)
        self._named: dict[Table, list[Difference]] = {name: [] for name in names}
        self._unreadable = 0
        self._unreadable_named: list[UnreadableEvent] = []

    @property
    def still_named(self) -> int:
        """The number of further rows whose fields are listed."""
        return max(0, _MOST_NAMED - min(map(len, self._named.values())))

    def pass_by(self, found: Mapping[str, Digest]) -> None:
        """Count an organization that is unchanged since it was verified."""
        self._unchanged += 1
        for table in self._rows:
            self._rows[table] += found[table][0]

    def add(self, organization_id: UUID, checked: Checked) -> None:
        """Add the result of a part."""
        self._events += checked.events
        for table, differing in checked.differing.items():
            self._rows[table] += len(checked.fold.rows[table])
            self._differing[table] += len(differing)
            named = self._named[table]
            named += [
                Difference(organization_id=organization_id, row_id=each.row_id, kind=each.kind, fields=each.fields)
                for each in differing[: _MOST_NAMED - len(named)]
                if each.fields is not None
            ]
        self._unreadable += len(checked.fold.unreadable)
        self._unreadable_named += checked.fold.unreadable[: _MOST_NAMED - len(self._unreadable_named)]

    def comparison(self, longest_lock_ms: float) -> Comparison:
        """Return the total, in the order of the ids."""
        tables = [
            ComparedTable(
                name=name,
                rows=self._rows[name],
                differences=Differences(
                    count=count,
                    first=sorted(self._named[name], key=lambda each: (each.organization_id, each.row_id)),
                ),
            )
            for name, count in self._differing.items()
        ]
        return Comparison(
            organizations=self.organizations + self._unchanged,
            unchanged=self._unchanged,
            events=self._events,
            tables=tables,
            unreadable=UnreadableEvents(
                count=self._unreadable,
                first=sorted(self._unreadable_named, key=lambda each: (each.organization_id, each.org_sequence)),
            ),
            longest_lock_ms=longest_lock_ms,
        )
