"""All entries of a log that match, as CSV, in pieces: whoever requests it holds up nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from aiohttp import web

from application.errors import InvalidInput
from entrypoints.http.csv_rows import csv_headers, csv_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.ports.log_pages import LogPage

MOST_ROWS: Final = 100_000
"""Entries in one CSV file."""

_ROWS_AT_ONCE: Final = 1_000

Position = TypeVar("Position")
Filters = TypeVar("Filters")

_Filters = TypeVar("_Filters", contravariant=True)


class Log(Protocol[_Filters, Position]):
    """Entries by time."""

    async def lines(self, filters: _Filters, limit: int, before: Position | None) -> LogPage[Position]:
        """Return at most so many that match as lines, the newest first, from before the position."""
        ...

    async def count(self, filters: _Filters, *, most: int | None = None) -> int:
        """Return how many match, counting no further than `most`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvExport:
    """How the entries of a log are sent."""

    file_name: str
    what: str
    """The entries in the plural, for the refusal of too many."""
    columns: Sequence[str]
    """In the order of the cells of the log's lines."""

    async def respond(self, request: web.Request, log: Log[Filters, Position], filters: Filters) -> web.StreamResponse:
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
        while True:
            page = await log.lines(filters, _ROWS_AT_ONCE, before)
            await response.write(page.text)
            before = page.next_before
            if before is None:
                break
        await response.write_eof()
        return response
