"""Walks all organizations: skips proved ones, compares and rewrites the rest."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.projections.aggregate_parts import Span, spans
from adapters.projections.compare_rows import SNAPSHOTS, Checked, DifferingRow, Digest, check, digests
from adapters.projections.comparison_tally import Tally
from adapters.projections.connections import Connection
from adapters.projections.projection_source import SQL_TEXTS, Source
from adapters.projections.rewrite_rows import Pace, rewrite
from application.end_tasks import end_tasks
from application.ports.progress import Progress
from application.projections.project_event import TOPICS_OF
from application.rebuilding.projections import RebuildTogether

# Models of a part may wait for their provider of another one, and that for its name.
_ROUNDS: Final = 3


@dataclass(slots=True)
class Organization:
    """An organization, its last proof, and the results of its parts so far."""

    id: UUID
    events: int
    head_hash: bytes
    proofs: Mapping[str, Sequence[Any]] | None = None
    parts_left: int = 0
    is_equal: bool = True
    sums: dict[str, Digest] = field(default_factory=dict)

    def is_proved(self, found: Mapping[str, Digest]) -> bool:
        """Return whether these are the rows and snapshots of the last proof."""
        proofs = self.proofs or {}
        return all((count, str(mark)) == tuple(proofs.get(table, ())) for table, (count, mark) in found.items())

    def take(self, checked: Checked) -> None:
        """Add the result of a part. All parts must be equal to the log at the same head to make a proof."""
        self.parts_left -= 1
        self.is_equal &= checked.is_clean and checked.head_hash == self.head_hash
        for table, (count, mark) in checked.digests.items():
            before = self.sums.get(table, (0, 0))
            self.sums[table] = before[0] + count, before[1] + mark


Part = tuple[Organization, Span, int]
"""Some of an organization, with about how many events it has."""


class Walk:
    """Works through organizations over some connections at once."""

    def __init__(self, source: Source, progress: Progress, *, writes: bool, full: bool) -> None:
        self.tally = Tally(source.names)
        self.pace = Pace()
        self._source = source
        self._progress = progress
        self._writes = writes
        self._full = full
        self._waiting: deque[Organization | Part] = deque()
        self._postponed: list[Part] = []

    async def through(self, connections: Sequence[Connection], organizations: Iterable[Organization]) -> None:
        """Process these organizations. The first failure ends the walk.

        Raises:
            RebuildTogether: rows of a table that is not selected prevent the change.
            RowsKeepChanging: concurrent writes changed the rows too often.
        """
        self._waiting.extend(organizations)
        tasks = [asyncio.create_task(self._work(connection)) for connection in connections]
        try:
            await asyncio.gather(*tasks)
        finally:
            await end_tasks(*tasks)
        for _ in range(_ROUNDS):
            postponed, self._postponed = self._postponed, []
            for part in postponed:
                checked = await check(connections[0], self._source, part[0].id, part[1])
                await self._write(connections[0], part, checked)
        if self._postponed:
            raise RebuildTogether

    async def _work(self, connection: Connection) -> None:
        while self._waiting:
            next_one = self._waiting.popleft()
            if isinstance(next_one, Organization):
                await self._organization(connection, next_one)
            else:
                await self._part(connection, next_one)

    async def _organization(self, connection: Connection, organization: Organization) -> None:
        if organization.proofs and not self._writes and not self._full:
            found = await digests(connection, self._source, organization.id, Span())
            if organization.is_proved(found):
                self.tally.pass_by(found)
                await self._progress.advance(organization.events)
                return
        self.tally.organizations += 1
        if self._writes:
            # They follow from the log as well, and are recreated when they are needed.
            await connection.execute(SQL_TEXTS["forget_snapshots"], {"organization_id": organization.id})
        parts = list(spans(organization.events))
        organization.parts_left = len(parts)
        self._waiting.extendleft((organization, span, organization.events // len(parts)) for span in reversed(parts))

    async def _part(self, connection: Connection, part: Part) -> None:
        organization, span, events = part
        checked = await check(connection, self._source, organization.id, span, named=self.tally.still_named)
        if checked.digests[SNAPSHOTS][0] and not self._writes:
            await self._check_snapshots(connection, organization.id, span, checked)
        self.tally.add(organization.id, checked)
        organization.take(checked)
        if self._writes:
            await self._write(connection, part, checked)
        if organization.parts_left == 0 and organization.events:
            await self._keep(connection, organization)
        await self._progress.advance(events)

    async def _check_snapshots(
        self, connection: Connection, organization_id: UUID, span: Span, checked: Checked
    ) -> None:
        wrong = await self._source.wrong_snapshots(connection, organization_id, span.first, span.last)
        for aggregate_id, topic in wrong:
            for table in self._source.names:
                if topic in TOPICS_OF[table]:
                    checked.differing[table].append(DifferingRow(aggregate_id, "different", ["snapshot"]))

    async def _write(self, connection: Connection, part: Part, checked: Checked) -> None:
        try:
            await rewrite(connection, self._source, checked, self.pace)
        except psycopg.errors.ForeignKeyViolation:
            self._postponed.append(part)

    async def _keep(self, connection: Connection, organization: Organization) -> None:
        """Store the proof that the organization equals its log, or delete it."""
        parameters = {
            "organization_id": organization.id,
            "sequence": organization.events,
            "hash": organization.head_hash,
            "version": self._source.version,
            "now": datetime.now(UTC),
            "names": list(organization.sums),
            "counts": [count for count, _ in organization.sums.values()],
            "digests": [mark for _, mark in organization.sums.values()],
        }
        await connection.execute(SQL_TEXTS["prove" if organization.is_equal else "disprove"], parameters)
