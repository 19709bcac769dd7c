"""A process that rebuilds and stops for ever where it is told to: `python -m ... URL NAME STEP rebuild|roll-back`.

Beside the steps of the progress it knows `filling`, after the first batch, and `holding`, in the middle of the swap's
transaction, with the tables locked and an event to be applied; it says `at STEP` when it is there. Before the swap it
waits for a line, so that there can be such an event.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, NoReturn

from adapters.projections.read_tables import PostgresReadTables
from application.projections.project import project
from tests.integration.rebuilding.carrying_out import TABLES, rebuilt, rolled_back

if TYPE_CHECKING:
    from application.projections.rows import LoggedEvent, RowChange


class Pausing:
    """Fulfils `application.ports.progress.Progress`."""

    def __init__(self, stop_at: str) -> None:
        self.stop_at = stop_at
        self.step = ""

    async def begin(self, step: str, total: int = 0) -> None:
        del total
        self.step = step
        if step == self.stop_at:
            stand_still(step)
        if step == "swap" and self.stop_at == "holding":
            sys.stdout.write("before holding\n")
            sys.stdout.flush()
            sys.stdin.readline()

    async def advance(self, amount: int) -> None:
        del amount
        if self.step == "fill" and self.stop_at == "filling":
            stand_still("filling")

    def project(self, event: LoggedEvent) -> RowChange:
        if self.step == "swap" and self.stop_at == "holding":
            stand_still("holding")
        return project(event)


def stand_still(step: str) -> NoReturn:
    sys.stdout.write(f"at {step}\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


def main() -> None:
    url, wanted, stop_at, kind = sys.argv[1:]
    name = next(table for table in TABLES if table == wanted)
    progress = Pausing(stop_at)
    tables = PostgresReadTables(url, projector=progress.project)
    work = rebuilt(tables, name, progress) if kind == "rebuild" else rolled_back(tables, name, progress)
    asyncio.run(work)


if __name__ == "__main__":
    main()
