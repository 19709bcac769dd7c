"""All entries of a log that match, as CSV, in pieces: whoever requests it holds up nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from aiohttp import web

from application.errors import InvalidInput
from application.run_in_thread import run_in_thread_if_large
from entrypoints.http.csv_rows import csv_headers, csv_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_ROWS: Final = 100_000
"""Entries in one CSV file."""

_ROWS_AT_ONCE: Final = 1_000

Entry = TypeVar("Entry")
Position = TypeVar("Position")
Filters = TypeVar("Filters")

_Filters = TypeVar("_Filters", contravariant=True)
_Entry = TypeVar("_Entry", covariant=True)
_Position = TypeVar("_Position", contravariant=True)


class Log(Protocol[_Filters, _Entry, _Position]):
    """Entries by time."""

    async def newest(self, filters: _Filters, limit: int, before: _Position | None) -> Sequence[_Entry]:
        """Return at most so many that match, the newest first, from before the position."""
        ...

    async def count(self, filters: _Filters, *, most: int | None = None) -> int:
        """Return how many match, counting no further than `most`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvExport(Generic[Entry, Position]):
    """How the entries of a log are written."""

    file_name: str
    what: str
    """The entries in the plural, for the refusal of too many."""
    columns: Sequence[str]
    cells: Callable[[Entry], Sequence[object]]
    position: Callable[[Entry], Position]

    async def respond(
        self, request: web.Request, log: Log[Filters, Entry, Position], filters: Filters
    ) -> web.StreamResponse:
        """Send all that match, the newest first.

        Raises:
            InvalidInput: they are more than one file holds.
            Unavailable: the database cannot be reached.
        """
        if await log.count(filters, most=MOST_ROWS + 1) > MOST_ROWS:
            raise InvalidInput(
                "?from", f"These are more than {MOST_ROWS:,} {self.what}: name a shorter time (from, to)."
            )
        response = web.StreamResponse(headers=csv_headers(self.file_name))
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        await response.write(csv_lines([self.columns]))
        before: Position | None = None
        for _ in range(MOST_ROWS // _ROWS_AT_ONCE):
            entries = await log.newest(filters, _ROWS_AT_ONCE, before)
            await response.write(await run_in_thread_if_large(entries, lambda some=entries: self._lines(some)))  # type: ignore[misc]
            if len(entries) < _ROWS_AT_ONCE:
                break
            before = self.position(entries[-1])
        await response.write_eof()
        return response

    def _lines(self, entries: Sequence[Entry]) -> bytes:
        return csv_lines(map(self.cells, entries))
