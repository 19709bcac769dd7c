"""Runs administrators' jobs from the command line, with a progress bar."""

import os
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID, uuid4

import uvloop

from application.ports.jobs import Kind, Order
from entrypoints.administration.admin_access import administering, until_stopped
from entrypoints.administration.command_line_access import accessible
from entrypoints.administration.container import Administration
from entrypoints.administration.run_job import Result, run_job
from entrypoints.cli.output import say
from entrypoints.cli.progress_bars import progress_bar
from entrypoints.settings import load_settings
from entrypoints.stop_signal import StopSignal, stop_signals

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
