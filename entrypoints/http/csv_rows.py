"""CSV (RFC 4180) for spreadsheets, in which no cell is ever a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from entrypoints.http.json_responses import json_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

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
