"""CSV (RFC 4180) for spreadsheets, in which no cell is ever a formula; and whole logs as CSV, in pieces."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, Literal, Protocol, TypeVar

from aiohttp import web

from application.errors import InvalidInput
from application.ports.log_pages import LogPage
from entrypoints.http.json_responses import json_bytes

CSV_TYPE: Final = "text/csv"
Format = Literal["json", "csv"]

# What spreadsheets take for the beginning of a formula (owasp.org/www-community/attacks/CSV_Injection), some of them
# also the same signs in full width.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def wants_csv(request: web.Request, stated: Format | None) -> bool:
    """Return whether the answer is to be CSV: `format` in the query says so, else the header Accept."""
    if stated is not None:
        return stated == "csv"
    kinds = [part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "").split(",")]
    return CSV_TYPE in kinds and "application/json" not in kinds


def csv_headers(file_name: str) -> dict[str, str]:
    """Return the headers of an answer that a browser saves under this name."""
    return {
        "Content-Type": f"{CSV_TYPE}; charset=utf-8; header=present",
        "Content-Disposition": f'attachment; filename="{file_name}"',
    }


def csv_lines(rows: Iterable[Iterable[object]]) -> bytes:
    """Return the rows as lines: no value as an empty cell, texts that a spreadsheet would compute behind a quote."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case int() | date():
            return str(value)
        case float():
            return str(round(value, 2))
        case dict() | list() | tuple():
            return json_bytes(value).decode() if value else ""
    cell = str(value)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


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
