"""Runs administrators' jobs from the command line, with a progress bar."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import uvloop
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from application.ports.jobs import Order
from entrypoints.administration.admin_access import administering, until_stopped
from entrypoints.administration.command_line_access import accessible
from entrypoints.administration.run_job import run_job
from entrypoints.cli.output import errors, say
from entrypoints.settings import load_settings
from entrypoints.stop_signal import stop_signals

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from uuid import UUID

    from application.ports.jobs import Kind
    from entrypoints.administration.container import Administration
    from entrypoints.administration.run_job import Result
    from entrypoints.stop_signal import StopSignal

T = TypeVar("T")


def administrate(work: Callable[[Administration], Awaitable[T]]) -> T:
    """Return what the work gives, with the administrators' parts on the database of the settings.

    Raises:
        JobInterrupted: Ctrl-C or SIGTERM came first.
    """
    with stop_signals() as stop, accessible(load_settings(), say) as access:

        async def run(stop: StopSignal) -> T:
            async with administering(access) as administration:
                return await until_stopped(work(administration), stop)

        return uvloop.run(run(stop))


async def run_as_job(
    administration: Administration,
    kind: Kind,
    *,
    subject: str | None = None,
    organization_id: UUID | None = None,
    is_full: bool = False,
    quiet: bool,
) -> Result:
    """Return the result of the work; during and after it there is a job whose state every process can report."""
    order = Order(
        kind=kind,
        subject=subject,
        organization_id=organization_id,
        is_full=is_full,
        # A number, because names of people have no place among jobs.
        requested_by=f"command-line:{os.getuid()}",
        correlation_id=uuid4().hex,
    )
    job = await administration.jobs().add(order)
    with progress_bar(f"{kind} {subject or ''}".strip(), quiet=quiet) as bar:
        return await run_job(job, administration, bar)


class _Bar:
    """Implements `application.ports.progress.Progress` with a bar a step on a terminal, and with a line elsewhere."""

    def __init__(self, bars: Progress, title: str, *, quiet: bool) -> None:
        self._bars = bars
        self._title = title
        self._quiet = quiet
        self._task: TaskID | None = None

    async def begin(self, step: str, total: int = 0) -> None:
        self.end()
        if not self._bars.disable:
            self._task = self._bars.add_task(f"{self._title}: {step}", total=total or None)
        elif not self._quiet:
            say(f"{self._title}: {step}")

    async def advance(self, amount: int) -> None:
        if self._task is not None:
            self._bars.advance(self._task, amount)

    def end(self) -> None:
        """Leave the bar of the present step behind, full."""
        if self._task is not None:
            done = self._bars.tasks[self._task].total or 1
            self._bars.update(self._task, total=done, completed=done)
            self._bars.stop_task(self._task)


@contextmanager
def progress_bar(title: str, *, quiet: bool) -> Iterator[_Bar]:
    """Show the steps of a work on standard error as long as the block lasts."""
    columns = (TextColumn("{task.description:<36}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, disable=quiet or not errors.is_terminal) as bars:
        bar = _Bar(bars, title, quiet=quiet)
        yield bar
        bar.end()
