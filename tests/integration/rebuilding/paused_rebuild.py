"""Processes that rebuild and pause for ever at a step: `python -m ...` forks one for each line `STEP URL` it reads.

Each says `PID at STEP` when it is there. STEP is `prepare` or `rebuild`, before anything is read; `folding`, with some
of the events read; `comparing`, when a part is done and others are not; `writing`, between two rows.
"""

import asyncio
import os
import signal
import sys
import time
from typing import NoReturn

from adapters.event_store.snapshot_check import wrong_snapshots
from adapters.projections import organization_walk
from adapters.projections.projections import PostgresProjections
from adapters.projections.rewrite_rows import Pace
from application.projections.project_event import project
from application.projections.row_changes import LoggedEvent, RowChange
from tests.integration.rebuilding.admin_use_cases import rebuilt

HALF = 5


class Pausing:
    """Implements `application.ports.progress.Progress`."""

    def __init__(self, stop_at: str) -> None:
        self.stop_at = stop_at
        self.events = 0

    async def begin(self, step: str, total: int = 0) -> None:
        del total
        self.pass_by(step)

    async def advance(self, amount: int) -> None:
        del amount
        self.pass_by("comparing")

    def project(self, event: LoggedEvent) -> RowChange:
        self.events += 1
        if self.events == HALF:
            self.pass_by("folding")
        return project(event)

    def pass_by(self, step: str) -> None:
        if step == self.stop_at:
            stand_still(step)


class OneByOne(Pace):
    """Writes one row, and stands still if that is wanted then."""

    def __init__(self, pausing: Pausing) -> None:
        super().__init__(rows=1)
        self.pausing = pausing

    def note(self, milliseconds: float, rows: int) -> None:
        del milliseconds, rows
        self.pausing.pass_by("writing")


def stand_still(step: str) -> NoReturn:
    sys.stdout.write(f"{os.getpid()} at {step}\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


def rebuild(stop_at: str, url: str) -> None:
    pausing = Pausing(stop_at)
    setattr(organization_walk, "Pace", lambda: OneByOne(pausing))  # noqa: B010 - for this process only
    asyncio.run(rebuilt(PostgresProjections(url, wrong_snapshots, projector=pausing.project), progress=pausing))


def main() -> None:
    # Nobody waits for those that were killed.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            rebuild(*line.split())
            return


if __name__ == "__main__":
    main()
